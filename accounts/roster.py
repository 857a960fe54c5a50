"""Reading a list of référents from a spreadsheet or a CSV file. Pure: bytes in, rows out, errors by line.

Whatever the file holds, the answer is a Roster or RosterUnreadable with a French sentence: never another exception.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from core import tables
from core.identifiers import FIRST_DAY, LAST_DAY, clean_line, clean_person_name
from core.sandbox import FileRefused, SandboxBroken

MAX_BYTES = 2 * 1024 * 1024
MAX_ROWS = 500
NAME_LENGTH = 80
HEADER_SEARCH = 10
SPREADSHEET_EPOCH = date(1899, 12, 30)

COLUMNS = {
    "last_name": ("nom", "nom de famille", "nom du referent", "nom d usage"),
    "first_name": ("prenom", "prenoms", "prenom du referent"),
    "email": ("e mail", "email", "mail", "courriel", "adresse e mail", "adresse mail", "adresse electronique"),
    "arrived_on": ("date d arrivee", "arrivee", "date d entree", "arrivee dans la structure", "entree"),
    "left_on": ("date de depart", "depart", "date de sortie", "depart de la structure", "sortie"),
    "funded": ("finance par le departement", "finance", "financement", "finance departement"),
}
REQUIRED = {"last_name": "Nom", "first_name": "Prénom", "arrived_on": "Date d’arrivée"}
YES = {"oui", "o", "x", "vrai", "1", "true", "yes", "y"}
NO = {"non", "n", "faux", "0", "false", "no"}
DATE_FORMATS = ("%d/%m/%Y", "%d/%m/%y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y")


UNREADABLE = "Ce fichier n’a pas pu être lu. Enregistrez-le de nouveau au format .xlsx, ou en CSV."
Line = tuple[int, list[Any]]


class RosterUnreadable(Exception):  # noqa: N818 — un fichier illisible n’est pas une panne
    """The file as a whole can't be read; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One line of the file (`line` as the person sees it, from 1), with what is wrong in it."""

    line: int
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    arrived_on: date | None = None
    left_on: date | None = None
    funded: bool = True
    errors: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Roster:
    rows: tuple[RosterRow, ...]

    @property
    def good(self) -> tuple[RosterRow, ...]:
        """The lines to add: right, and not on the list yet."""
        return tuple(row for row in self.rows if not row.errors and not row.notes)

    @property
    def wrong(self) -> tuple[RosterRow, ...]:
        return tuple(row for row in self.rows if row.errors)

    @property
    def known(self) -> tuple[RosterRow, ...]:
        return tuple(row for row in self.rows if row.notes and not row.errors)


def folded(text: str) -> str:
    """Small letters without accents or punctuation, single spaces: two spellings of one name compare equal."""
    plain = unicodedata.normalize("NFKD", text)
    letters = (letter if letter.isalnum() else " " for letter in plain if not unicodedata.combining(letter))
    return " ".join("".join(letters).casefold().split())


def read_roster(content: bytes) -> Roster:
    """The référents of a file: .xlsx, .ods, or CSV in any usual encoding and separator."""
    if len(content) > MAX_BYTES:
        raise RosterUnreadable("Ce fichier dépasse 2 Mo\u00a0: il contient sans doute autre chose que la liste.")
    if not content.strip():
        raise RosterUnreadable("Ce fichier est vide.")
    try:
        lines = tables.room.run("read", content).value
    except FileRefused as refusal:
        raise RosterUnreadable(refusal.reason) from refusal
    except SandboxBroken as broken:
        raise RosterUnreadable(UNREADABLE) from broken
    return _roster(lines)


def mark_known(roster: Roster, known: Iterable[tuple[str, str]], addresses: Iterable[str] = ()) -> Roster:
    """Lines whose (first name, last name), folded, are already on the list get a note: they will be left out. Others
    that bear the address of somebody on the list are wrong."""
    names, taken = set(known), {address.casefold() for address in addresses if address}

    def marked(row: RosterRow) -> RosterRow:
        if (folded(row.first_name), folded(row.last_name)) in names:
            return replace(row, notes=("Cette personne est déjà dans votre liste.",))
        if row.email.casefold() in taken:
            return replace(row, errors=(*row.errors, "Cette adresse est celle d’une autre personne de votre liste."))
        return row

    return Roster(tuple(map(marked, roster.rows)))


# Lines to rows ------------------------------------------------------------------------------------------------


def _roster(lines: Sequence[Line]) -> Roster:
    place = next((i for i, (_, cells) in enumerate(lines[:HEADER_SEARCH]) if len(_header(cells)) >= 2), None)
    if place is None:
        raise RosterUnreadable(
            "Les titres de colonnes n’ont pas été trouvés. Attendus\u00a0: Nom, Prénom, E-mail, Date d’arrivée, "
            "Date de départ, Financé par le Département."
        )
    header = _header(lines[place][1])
    if missing := [f"«\u00a0{title}\u00a0»" for name, title in REQUIRED.items() if name not in header]:
        raise RosterUnreadable(f"Il manque la colonne {' et la colonne '.join(missing)}.")
    filled = [(number, cells) for number, cells in lines[place + 1 :] if any(str(cell).strip() for cell in cells)]
    if len(filled) > MAX_ROWS:
        raise RosterUnreadable(f"Ce fichier a plus de {MAX_ROWS} lignes\u00a0: découpez-le.")
    if not filled:
        raise RosterUnreadable("Ce fichier ne contient aucun référent sous ses titres de colonnes.")
    return Roster(tuple(_without_doubles(_row(number, cells, header) for number, cells in filled)))


def _header(cells: Sequence[Any]) -> dict[str, int]:
    """Field name -> column, for the titles that are recognised; the first of two alike wins."""
    found: dict[str, int] = {}
    for column, cell in enumerate(cells):
        title = folded(str(cell))
        for name, titles in COLUMNS.items():
            if title in titles:
                found.setdefault(name, column)
    return found


def _row(number: int, cells: Sequence[Any], header: dict[str, int]) -> RosterRow:
    errors: list[str] = []

    def cell(name: str) -> Any:
        column = header.get(name)
        value = cells[column] if column is not None and column < len(cells) else ""
        return " ".join(clean_line(value).split()) if isinstance(value, str) else value

    arrived_on = _day(cell("arrived_on"), "La date d’arrivée", errors)
    left_on = _day(cell("left_on"), "La date de départ", errors, required=False)
    if arrived_on and left_on and left_on < arrived_on:
        errors.append("Le départ ne peut pas précéder l’arrivée.")
    return RosterRow(
        line=number,
        first_name=_name(cell("first_name"), "Le prénom", errors),
        last_name=_name(cell("last_name"), "Le nom", errors),
        email=_email(cell("email"), errors),
        arrived_on=arrived_on,
        left_on=left_on,
        funded=_yes_or_no(cell("funded"), errors),
        errors=tuple(errors),
    )


def _name(value: Any, what: str, errors: list[str]) -> str:
    name = clean_person_name(str(value))
    if not name:
        errors.append(f"{what} manque.")
    elif len(name) > NAME_LENGTH:
        errors.append(f"{what} dépasse {NAME_LENGTH} caractères.")
    return name[:NAME_LENGTH]


def _email(value: Any, errors: list[str]) -> str:
    address = str(value).strip()
    if address:
        try:
            validate_email(address)
        except ValidationError:
            errors.append(f"L’adresse «\u00a0{address[:60]}\u00a0» est incomplète.")
    return address[:254]


def _day(value: Any, what: str, errors: list[str], *, required: bool = True) -> date | None:
    if value in ("", None):
        if required:
            errors.append(f"{what} manque.")
        return None
    day = _as_day(value)
    if day is None or not FIRST_DAY <= day <= LAST_DAY:
        errors.append(f"{what} «\u00a0{str(value)[:30]}\u00a0» n’existe pas. Exemple\u00a0: 15/09/2025.")
        return None
    return day


def _as_day(value: Any) -> date | None:
    """Spreadsheets give dates, or their number of days when the cell is not formatted as a date."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and 1 <= value < 80_000:
        return SPREADSHEET_EPOCH + timedelta(days=int(value))
    for pattern in DATE_FORMATS:
        try:
            return datetime.strptime(str(value), pattern).date()  # noqa: DTZ007 — une date civile, sans heure
        except ValueError:
            continue
    return None


def _yes_or_no(value: Any, errors: list[str]) -> bool:
    """An empty cell means yes, the usual case."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    word = folded(str(value)) if not isinstance(value, bool) else str(value).casefold()
    if word in YES or not word:
        return True
    if word not in NO:
        errors.append(f"«\u00a0{str(value)[:30]}\u00a0»\u00a0: répondez par oui ou non au financement.")
    return False


def _without_doubles(rows: Iterable[RosterRow]) -> Iterator[RosterRow]:
    names: dict[tuple[str, str], int] = {}
    addresses: dict[str, int] = {}
    for row in rows:
        name, address = (folded(row.first_name), folded(row.last_name)), row.email.casefold()
        same_name = names.setdefault(name, row.line) if all(name) else row.line
        same_address = addresses.setdefault(address, row.line) if address else row.line
        if same_name != row.line:
            yield replace(row, errors=(*row.errors, f"Même personne qu’à la ligne {same_name}."))
        elif same_address != row.line:
            yield replace(row, errors=(*row.errors, f"Même adresse qu’à la ligne {same_address}."))
        else:
            yield row
