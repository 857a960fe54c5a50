"""What the portal costs, measured beside a page that does the least. See README.md."""
