"""What people write in the cells of a spreadsheet. Pure."""

YES = {"oui", "o", "x", "vrai", "1", "true", "yes", "y"}
NO = {"non", "n", "faux", "0", "false", "no"}


def letter(column: int) -> str:
    """The column (from 0) as a spreadsheet names it: A, B… Z, AA."""
    return (letter(column // 26 - 1) if column >= 26 else "") + chr(ord("A") + column % 26)
