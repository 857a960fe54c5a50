"""Référents and past trainings brought by a spreadsheet: read, held against what is known, then written at once."""
