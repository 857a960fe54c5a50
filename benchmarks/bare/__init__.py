"""The least Django can do for a list: one indexed table, one signed-in page of 25 rows, four statements."""
