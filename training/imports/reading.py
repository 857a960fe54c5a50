"""Reading référents and their past trainings from a spreadsheet or a CSV file: bytes in, rows out, faults by line and
column. No database. One line: a référent, or a référent and one training; a person may stand on several lines.

Whatever the file holds, the answer is an Import or ImportUnreadable with a French sentence: never another exception.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from core.cells import letter
from core.french import NBSP, day_date
from core.identifiers import folded
from core.sandbox import FileRefused
from documents.tables import read_table
from rulebook.clauses import Module, Rulebook
from training.imports.cells import Cells, Fault

MAX_BYTES = 2 * 1024 * 1024
MAX_ROWS = 500
HEADER_SEARCH = 10
PROVIDER_LENGTH, COURSE_LENGTH = 160, 200

TITLES = {
    "last_name": "Nom",
    "first_name": "Prénom",
    "email": "E-mail",
    "arrived_on": "Date d’arrivée",
    "left_on": "Date de départ",
    "funded": "Financé par le Département",
    "module": "Module",
    "part": "Partie",
    "started_on": "Premier jour",
    "followed_on": "Dernier jour",
    "provider": "Organisme",
    "course": "Intitulé de la formation",
    "hours": "Durée en heures",
}
"""The columns of the template, in its order."""
ALIASES = {
    "last_name": ("nom de famille", "nom du referent", "nom d usage"),
    "first_name": ("prenoms", "prenom du referent"),
    "email": ("email", "mail", "courriel", "adresse e mail", "adresse mail", "adresse electronique"),
    "arrived_on": ("arrivee", "date d entree", "arrivee dans la structure", "entree"),
    "left_on": ("depart", "date de sortie", "depart de la structure", "sortie"),
    "funded": ("finance", "financement", "finance departement"),
    "module": ("module suivi", "formation suivie"),
    "part": ("partie du module",),
    "started_on": ("debut", "date de debut", "premier jour de formation"),
    "followed_on": ("fin", "date de fin", "suivie le", "dernier jour de formation", "date de formation"),
    "provider": ("organisme de formation",),
    "course": ("intitule",),
    "hours": ("heures", "duree", "nombre d heures"),
}
COLUMNS = {name: {folded(title), *ALIASES[name]} for name, title in TITLES.items()}
TRAINING = ("module", "part", "started_on", "followed_on", "provider", "course", "hours")
Line = tuple[int, list[Any]]
Key = tuple[str, str]
"""First name and last name, folded: two spellings of one person compare equal."""


class ImportUnreadable(Exception):  # noqa: N818 — un fichier illisible n’est pas une panne
    """The file as a whole can't be read; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class TrainingLine:
    """A training said to be followed; `followed_on` is its last day, `part` None for a whole module."""

    module: str
    followed_on: date
    part: int | None = None
    started_on: date | None = None
    provider: str = ""
    course: str = ""
    hours: int | None = None


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One line of the file (`line` as the person sees it, from 1), with what is wrong in it."""

    line: int
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    arrived_on: date | None = None
    left_on: date | None = None
    funded: bool = True
    training: TrainingLine | None = None
    faults: tuple[Fault, ...] = ()

    @property
    def key(self) -> Key:
        return person_key(self.first_name, self.last_name)

    def blamed(self, words: str, column: str = "") -> "ImportRow":
        return replace(self, faults=(*self.faults, Fault(words, column)))


def person_key(first_name: str, last_name: str) -> Key:
    return folded(first_name), folded(last_name)


def read_import(content: bytes, *, rulebook: Rulebook, today: date) -> tuple[ImportRow, ...]:
    """The lines of a file: .xlsx, .ods (their first sheet), or CSV in any usual encoding and separator."""
    if len(content) > MAX_BYTES:
        raise ImportUnreadable(f"Ce fichier dépasse 2{NBSP}Mo{NBSP}: il contient sans doute autre chose que la liste.")
    if not content.strip():
        raise ImportUnreadable("Ce fichier est vide.")
    try:
        lines = read_table(content)
    except FileRefused as refusal:
        raise ImportUnreadable(refusal.reason) from refusal
    columns, filled = _under_the_titles(lines)
    modules = _named_modules(rulebook)
    rows = (_row(number, Cells(cells, columns), modules, today) for number, cells in filled)
    return tuple(_agreeing(rows, columns))


def _under_the_titles(lines: Sequence[Line]) -> tuple[dict[str, int], list[Line]]:
    place = next((i for i, (_, cells) in enumerate(lines[:HEADER_SEARCH]) if len(_columns(cells)) >= 2), None)
    if place is None:
        raise ImportUnreadable(
            "Les titres de colonnes n’ont pas été trouvés. Ils sont attendus en haut de la première feuille, "
            f"comme dans le modèle{NBSP}: {', '.join(TITLES.values())}."
        )
    columns = _columns(lines[place][1])
    required = ["last_name", "first_name"]
    if "module" not in columns:
        required.append("arrived_on")
    elif "followed_on" not in columns:
        required.append("followed_on")
    if missing := [f"«{NBSP}{TITLES[name]}{NBSP}»" for name in required if name not in columns]:
        raise ImportUnreadable(f"Il manque la colonne {' et la colonne '.join(missing)}.")
    filled = [(number, cells) for number, cells in lines[place + 1 :] if any(str(cell).strip() for cell in cells)]
    if len(filled) > MAX_ROWS:
        raise ImportUnreadable(f"Ce fichier a plus de {MAX_ROWS} lignes{NBSP}: découpez-le.")
    if not filled:
        raise ImportUnreadable("Ce fichier ne contient aucun référent sous ses titres de colonnes.")
    return columns, filled


def _columns(cells: Sequence[Any]) -> dict[str, int]:
    """Field name -> column, for the titles that are recognised; the first of two alike wins."""
    found: dict[str, int] = {}
    for column, cell in enumerate(cells):
        title = folded(str(cell))
        for name, titles in COLUMNS.items():
            if title in titles:
                found.setdefault(name, column)
    return found


def _named_modules(rulebook: Rulebook) -> Mapping[str, Module]:
    """By code, short title and title, folded: those that count for whoever followed them."""
    known = [each for each in rulebook.modules if each.counts]
    return {folded(name): each for each in known for name in (each.title, each.short_title, each.id)}


def _row(number: int, cells: Cells, modules: Mapping[str, Module], today: date) -> ImportRow:
    trained = not cells.is_empty(*TRAINING)
    arrived_on = cells.day("arrived_on", "La date d’arrivée", required=not trained)
    left_on = cells.day("left_on", "La date de départ")
    if arrived_on and left_on and left_on < arrived_on:
        cells.wrong("left_on", "Le départ ne peut pas précéder l’arrivée.")
    row = ImportRow(
        line=number,
        first_name=cells.person_name("first_name", "Le prénom"),
        last_name=cells.person_name("last_name", "Le nom"),
        email=cells.email("email"),
        arrived_on=arrived_on,
        left_on=left_on,
        funded=cells.yes_or_no("funded"),
        training=_training(cells, modules, today) if trained else None,
    )
    return replace(row, faults=cells.told)


def _training(cells: Cells, modules: Mapping[str, Module], today: date) -> TrainingLine | None:
    """None when the module or the last day is missing or wrong: the fault is told."""
    module = _module(cells, modules)
    started_on = cells.day("started_on", "Le premier jour")
    followed_on = cells.day("followed_on", "Le dernier jour", required=True)
    if followed_on and followed_on > today:
        cells.wrong("followed_on", f"La formation finit le {followed_on:%d/%m/%Y}, dans l’avenir.")
    if module and module.withdrawn_on and followed_on and followed_on > module.withdrawn_on:
        cells.wrong("module", f"Ce module est retiré du catalogue depuis le {day_date(module.withdrawn_on)}.")
    if started_on and followed_on and followed_on < started_on:
        cells.wrong("followed_on", "Le dernier jour ne peut pas précéder le premier.")
    provider = cells.text("provider", "L’organisme", PROVIDER_LENGTH)
    course = cells.text("course", "L’intitulé", COURSE_LENGTH)
    part, hours = _part(cells, module) if module else None, cells.hours("hours")
    if module is None or followed_on is None:
        return None
    return TrainingLine(module.id, followed_on, part, started_on, provider, course, hours)


def _module(cells: Cells, modules: Mapping[str, Module]) -> Module | None:
    named = str(cells.raw("module"))
    found = modules.get(folded(named))
    if not named:
        cells.wrong("module", "Le module manque.")
    elif found is None:
        codes = ", ".join(dict.fromkeys(each.id for each in modules.values()))
        cells.wrong("module", f"Le module «{NBSP}{named[:60]}{NBSP}» n’est pas au catalogue. Codes{NBSP}: {codes}.")
    return found


def _part(cells: Cells, module: Module) -> int | None:
    """The whole module when the cell is empty."""
    value = cells.raw("part")
    if value == "":
        return None
    number = folded(str(int(value)) if isinstance(value, float) and value.is_integer() else str(value))
    if module.parts and number.isdecimal() and len(number) == 1 and int(number) in module.part_numbers:
        return int(number)
    wanted = "1, 2 ou rien" if module.parts else "laissez la case vide"
    cells.wrong("part", f"La partie «{NBSP}{str(value)[:30]}{NBSP}» n’existe pas dans ce module{NBSP}: {wanted}.")
    return None


# Lines held against one another ---------------------------------------------------------------------------------


def _agreeing(rows: Iterable[ImportRow], columns: Mapping[str, int]) -> Iterator[ImportRow]:
    """A person's lines say the same of the person, and nothing is there twice."""
    first: dict[Key, ImportRow] = {}
    addresses: dict[str, ImportRow] = {}
    trainings: dict[object, ImportRow] = {}
    for row in rows:
        known = first.setdefault(row.key, row) if all(row.key) else row
        address = addresses.setdefault(row.email.casefold(), row) if row.email else row
        same = trainings.setdefault((row.key, _place(row.training)), row) if row.training and all(row.key) else row
        if known is not row and row.training is None:
            yield row.blamed(f"Même personne qu’à la ligne {known.line}.")
        elif same is not row:
            yield row.blamed(f"Même formation qu’à la ligne {same.line}.")
        elif address.key != row.key:
            yield row.blamed(f"Même adresse qu’à la ligne {address.line}.", _letter(columns, "email"))
        elif name := _disagreement(known, row):
            words = f"«{NBSP}{TITLES[name]}{NBSP}» n’est pas comme à la ligne {known.line}, pour la même personne."
            yield row.blamed(words, _letter(columns, name))
        else:
            yield row


def _place(training: TrainingLine) -> tuple[object, ...]:
    return training.module, training.part, training.followed_on


def _disagreement(one: ImportRow, other: ImportRow) -> str:
    """The column in which two lines contradict each other; an empty cell contradicts nothing."""
    for name in ("email", "arrived_on", "left_on"):
        ours, theirs = getattr(one, name), getattr(other, name)
        if ours and theirs and str(ours).casefold() != str(theirs).casefold():
            return name
    return ""


def _letter(columns: Mapping[str, int], name: str) -> str:
    return letter(columns[name]) if name in columns else ""
