"""The screens of the second criterion: the DPID's workstation, the structure's self-evaluation, pages of CERs.

The self-evaluation is a step of the filing: `applications` subclasses its views and owns their addresses.
"""
