"""Screens of this floor: one address and one view per action."""
