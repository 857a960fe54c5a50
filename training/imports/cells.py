"""What a person wrote in one cell, made a value; what is wrong is a French sentence that says the value read. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from core.cells import NO, YES, letter
from core.french import NBSP
from core.identifiers import FIRST_DAY, LAST_DAY, clean_line, clean_person_name, folded

NAME_LENGTH = 80
SHOWN = 30
"""How much of a wrong value is said again."""
SPREADSHEET_EPOCH = date(1899, 12, 30)
DATE_FORMATS = ("%d/%m/%Y", "%d/%m/%y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y")
MOST_HOURS = 400


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a line; `column` is its letter in the sheet, nothing when the line as a whole is."""

    words: str
    column: str = ""


@dataclass(slots=True)
class Cells:
    """The cells of one line by the name of their column, and what is wrong in them."""

    values: Sequence[Any]
    columns: Mapping[str, int]
    faults: list[Fault] = field(default_factory=list)

    def raw(self, name: str) -> Any:
        column = self.columns.get(name)
        value = self.values[column] if column is not None and column < len(self.values) else ""
        return " ".join(clean_line(value).split()) if isinstance(value, str) else "" if value is None else value

    @property
    def told(self) -> tuple[Fault, ...]:
        """The faults, from left to right."""
        return tuple(sorted(self.faults, key=lambda fault: (len(fault.column), fault.column)))

    def wrong(self, name: str, words: str) -> None:
        self.faults.append(Fault(words, letter(self.columns[name]) if name in self.columns else ""))

    def is_empty(self, *names: str) -> bool:
        return all(self.raw(name) == "" for name in names)

    def text(self, name: str, what: str, longest: int) -> str:
        words = self._word(name)
        if len(words) > longest:
            self.wrong(name, f"{what} dépasse {longest} caractères.")
        return words[:longest]

    def person_name(self, name: str, what: str) -> str:
        words = clean_person_name(self._word(name))
        if not words:
            self.wrong(name, f"{what} manque.")
        elif len(words) > NAME_LENGTH:
            self.wrong(name, f"{what} dépasse {NAME_LENGTH} caractères.")
        return words[:NAME_LENGTH]

    def email(self, name: str) -> str:
        address = self._word(name)
        if address:
            try:
                validate_email(address)
            except ValidationError:
                plain = address.partition("@")[0].isascii()
                why = "est incomplète" if plain else "a un accent, ou un signe qu’une adresse n’a pas"
                self.wrong(name, f"L’adresse «{NBSP}{address[:60]}{NBSP}» {why}.")
        return address[:254]

    def day(self, name: str, what: str, *, required: bool = False) -> date | None:
        value = self.raw(name)
        if value == "":
            if required:
                self.wrong(name, f"{what} manque.")
            return None
        day = as_day(value)
        if day is None or not FIRST_DAY <= day <= LAST_DAY:
            self.wrong(name, f"{what} «{NBSP}{str(value)[:SHOWN]}{NBSP}» n’existe pas. Exemple{NBSP}: 15/09/2025.")
            return None
        return day

    def yes_or_no(self, name: str) -> bool:
        """An empty cell means yes, the usual case."""
        word = folded(self._word(name))
        if word and word not in YES | NO:
            self.wrong(name, f"«{NBSP}{self._word(name)[:SHOWN]}{NBSP}»{NBSP}: répondez par oui ou non au financement.")
        return word not in NO

    def hours(self, name: str) -> int | None:
        """Whole hours, « 7 h » as well as 7."""
        word = self._word(name)
        if not word:
            return None
        digits = word.casefold().removesuffix("heures").removesuffix("heure").removesuffix("h").strip()
        if digits.isdecimal() and len(digits) <= 3 and 1 <= int(digits) <= MOST_HOURS:
            return int(digits)
        self.wrong(name, f"La durée «{NBSP}{word[:SHOWN]}{NBSP}» n’est pas un nombre entier d’heures.")
        return None

    def _word(self, name: str) -> str:
        """A number without its decimals where it has none: a spreadsheet keeps 7 as 7.0."""
        value = self.raw(name)
        return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def as_day(value: Any) -> date | None:
    """Spreadsheets give dates, or their number of days when the cell is not formatted as a date."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return SPREADSHEET_EPOCH + timedelta(days=int(value)) if 1 <= value < 80_000 else None
    for pattern in DATE_FORMATS:
        try:
            return datetime.strptime(str(value), pattern).date()  # noqa: DTZ007 — une date civile, sans heure
        except ValueError:
            continue
    return None
