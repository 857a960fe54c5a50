"""What only the demonstration shows."""

DEMO_PASSWORD = "demonstration-62"  # noqa: S105 — la démonstration n’a pas de secret
