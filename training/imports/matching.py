"""The lines of a file held against what the portal knows of the structure: what each would write. Pure.

Nobody is guessed: where two people may be meant, the person who imports says which.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from hashlib import sha256

from core.french import NBSP, day_date
from training.imports.reading import ImportRow, Key, TrainingLine, person_key

NEW, LEFT_OUT = "new", "none"
"""Answers to « who is it? » beside the code of a référent."""
Place = tuple[str, str, int | None, date | None]
"""A référent's code, a module, its part, the last day."""


@dataclass(frozen=True, slots=True)
class Known:
    """A référent of the structure."""

    code: str
    first_name: str
    last_name: str
    arrived_on: date
    email: str = ""
    left_on: date | None = None
    funded: bool = True

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


class Outcome(StrEnum):
    WRITE = "write"
    KNOWN = "known"
    ASK = "ask"
    WRONG = "wrong"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True)
class Choice:
    """Who a person of the file may be, asked once, on the first of their lines."""

    line: int
    name: str
    options: tuple[tuple[str, str], ...]
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """What one line would do. `code`: of the référent it is about, nothing for a new one. `joins`: this line adds that
    référent; `told`: in words."""

    row: ImportRow
    outcome: Outcome
    told: tuple[str, ...] = ()
    code: str = ""
    joins: bool = False
    choice: Choice | None = None

    @property
    def training(self) -> TrainingLine | None:
        """The one to write."""
        return self.row.training if self.outcome is Outcome.WRITE else None


@dataclass(frozen=True, slots=True)
class Plan:
    steps: tuple[Step, ...]

    def of(self, outcome: Outcome) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.outcome is outcome)

    @property
    def to_write(self) -> tuple[Step, ...]:
        return self.of(Outcome.WRITE)

    @property
    def wrong(self) -> tuple[Step, ...]:
        return self.of(Outcome.WRONG)

    @property
    def digest(self) -> str:
        """Stands for all that is shown of the lines, and so for what is agreed to."""
        return sha256(repr(self.steps).encode()).hexdigest()

    @property
    def joining(self) -> int:
        return sum(step.joins for step in self.to_write)

    @property
    def trainings(self) -> int:
        return sum(step.training is not None for step in self.to_write)

    @property
    def unanswered(self) -> tuple[Choice, ...]:
        return tuple(step.choice for step in self.steps if step.choice and not step.choice.answer)


@dataclass(slots=True)
class _Bench:
    """`trained`: the last day of training that the file gives each person; `declared`: trainings written already;
    `proven`: (code, module, part) of the attestations kept."""

    by_name: Mapping[Key, list[Known]]
    by_address: Mapping[str, Known]
    by_code: Mapping[str, Known]
    trained: Mapping[Key, date]
    declared: Collection[Place]
    proven: Collection[tuple[str, str, int | None]]
    answers: Mapping[int, str]
    found: dict[Key, tuple[str, Choice | None]] = field(default_factory=dict)
    joined: set[Key] = field(default_factory=set)


def plan_import(
    rows: Sequence[ImportRow],
    people: Iterable[Known],
    *,
    declared: Collection[Place] = (),
    proven: Collection[tuple[str, str, int | None]] = (),
    answers: Mapping[int, str] | None = None,
) -> Plan:
    """`answers`: the first line of a person -> the code of the référent meant, NEW or LEFT_OUT."""
    by_name: dict[Key, list[Known]] = defaultdict(list)
    by_address: dict[str, Known] = {}
    by_code: dict[str, Known] = {}
    for each in people:
        by_code[each.code] = each
        by_name[person_key(each.first_name, each.last_name)].append(each)
        if each.email:
            by_address.setdefault(each.email.casefold(), each)
    trained: dict[Key, date] = {}
    for row in rows:
        if row.training and not row.faults:
            trained[row.key] = max(row.training.followed_on, trained.get(row.key, date.min))
    bench = _Bench(by_name, by_address, by_code, trained, declared, proven, answers or {})
    whole = persons(rows)
    return Plan(tuple(_step(bench, row, whole[row.key]) if not row.faults else _wrong(row) for row in rows))


def persons(rows: Iterable[ImportRow]) -> dict[Key, ImportRow]:
    """What the right lines of one person say together, whichever of them says it."""
    found: dict[Key, ImportRow] = {}
    for row in rows:
        if row.faults:
            continue
        one = found.setdefault(row.key, row)
        found[row.key] = replace(
            one,
            email=one.email or row.email,
            arrived_on=one.arrived_on or row.arrived_on,
            left_on=one.left_on or row.left_on,
            funded=one.funded and row.funded,
        )
    return found


def _step(bench: _Bench, row: ImportRow, person: ImportRow) -> Step:
    first = row.key not in bench.found
    if first:
        bench.found[row.key] = _who(bench, row, person)
    code, choice = bench.found[row.key]
    asked = choice if first else None
    if choice and not choice.answer:
        return Step(row, Outcome.ASK, ("Dites de qui il s’agit.",), choice=asked)
    if code == LEFT_OUT:
        return Step(row, Outcome.LEFT_OUT, ("Laissée de côté.",), choice=asked)
    if code == NEW:
        return _newcomer(bench, row, person, asked)
    return _known(bench, row, code, asked)


def _who(bench: _Bench, row: ImportRow, person: ImportRow) -> tuple[str, Choice | None]:
    """The code of the référent meant, or NEW; with the question when two people may be meant."""
    namesakes = bench.by_name.get(row.key, [])
    if not namesakes:
        return NEW, None
    trained = bench.trained.get(row.key)
    same_address = [each for each in namesakes if person.email and each.email.casefold() == person.email.casefold()]
    likely = same_address if len(same_address) == 1 else namesakes
    if len(likely) == 1 and not _is_doubtful(likely[0], person, trained):
        return likely[0].code, None
    options = [(each.code, _described(each)) for each in namesakes]
    if not any(_together(each, person, trained) for each in namesakes):
        options.append((NEW, f"Retour dans la structure ou homonyme{NBSP}: nouvelle entrée"))
    options.append((LEFT_OUT, f"Quelqu’un d’autre{NBSP}: laisser ces lignes de côté"))
    answer = bench.answers.get(row.line, "")
    answer = answer if answer in dict(options) else ""
    return answer, Choice(row.line, f"{row.first_name} {row.last_name}", tuple(options), answer)


def _is_doubtful(known: Known, person: ImportRow, trained: date | None) -> bool:
    """The name is the same; what else the file says may be of somebody else, or of a second time in the structure."""
    seen = max(person.arrived_on or date.min, trained or date.min)
    if known.left_on and known.left_on < seen:
        return True
    if known.email and person.email:
        return known.email.casefold() != person.email.casefold()
    return person.arrived_on not in (None, known.arrived_on)


def _together(known: Known, person: ImportRow, trained: date | None) -> bool:
    """Both are there on one day at least: the list never holds one name twice at once."""
    since = person.arrived_on or trained or date.min
    return known.arrived_on <= (person.left_on or date.max) and since <= (known.left_on or date.max)


def _newcomer(bench: _Bench, row: ImportRow, person: ImportRow, asked: Choice | None) -> Step:
    joins = row.key not in bench.joined
    other = bench.by_address.get(person.email.casefold()) if person.email else None
    if person.arrived_on is None:
        return _wrong(row, "La date d’arrivée manque, pour un nouveau référent.")
    if other and person_key(other.first_name, other.last_name) != row.key:
        return _wrong(row, "Cette adresse est celle d’une autre personne de la liste.")
    bench.joined.add(row.key)
    told = ("Nouveau référent",) if joins else ()
    return Step(row, Outcome.WRITE, (*told, *_noted(row)), joins=joins, choice=asked)


def _known(bench: _Bench, row: ImportRow, code: str, asked: Choice | None) -> Step:
    who = (f"Déjà présent, {code}", *_not_taken(row, bench.by_code[code]))
    training = row.training
    if training is None:
        return Step(row, Outcome.KNOWN, who, code=code, choice=asked)
    if (code, training.module, training.part, training.followed_on) in bench.declared:
        return Step(row, Outcome.KNOWN, (*who, "formation déjà notée"), code=code, choice=asked)
    if (code, training.module, training.part) in bench.proven or (code, training.module, None) in bench.proven:
        return Step(row, Outcome.KNOWN, (*who, "attestation déjà au dossier"), code=code, choice=asked)
    return Step(row, Outcome.WRITE, (*who, *_noted(row)), code=code, choice=asked)


def _not_taken(row: ImportRow, known: Known) -> tuple[str, ...]:
    """What the line says otherwise than the list, which stays as it is."""
    other = [
        words
        for words, differs in (
            ("e-mail", row.email and row.email.casefold() != known.email.casefold()),
            ("date d’arrivée", row.arrived_on and row.arrived_on != known.arrived_on),
            ("date de départ", row.left_on and row.left_on != known.left_on),
            ("financement", known.funded and not row.funded),
        )
        if differs
    ]
    return (f"non repris du tableau{NBSP}: {', '.join(other)}",) if other else ()


def _noted(row: ImportRow) -> tuple[str, ...]:
    return ("formation à noter, attestation à joindre",) if row.training else ()


def _wrong(row: ImportRow, words: str = "") -> Step:
    blamed = row if row.faults else row.blamed(words)
    return Step(blamed, Outcome.WRONG)


def _described(known: Known) -> str:
    gone = f", départ le {day_date(known.left_on)}" if known.left_on else ""
    address = f", {known.email}" if known.email else ""
    return f"{known.name}, {known.code}, depuis le {day_date(known.arrived_on)}{gone}{address}"
