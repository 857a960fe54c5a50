"""Forms validate; services write."""
