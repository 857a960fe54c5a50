"""Real files and plainly fictional people, for the tests and the demonstration.

Nothing here touches the database: modules hand out bytes and frozen records, the same ones for the same arguments.
"""
