"""The demonstration: twelve fictional structures, brought to every state of the life cycle by the services people use.

Dates are relative to the day of loading, so that every page has something to show. Never in production.
"""

DEMO_PASSWORD = "demonstration-62"  # noqa: S105 — la démonstration n’a pas de secret
