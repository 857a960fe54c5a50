"""What the deliberation says, as frozen, typed objects. The fields are also the schema of the TOML file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Any, TypeVar

from rulebook.enums import ContractType, LineFact, ModuleCategory
from rulebook.reader import MonthDay

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Deliberation:
    number: str
    adopted_on: date
    published_on: date
    assembly: str
    visas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Branding:
    label_name: str
    label_short: str
    department: str
    president: str
    head_office: str
    head_office_abbr: str
    local_service: str
    local_service_abbr: str
    call_for_projects: str


@dataclass(frozen=True, slots=True)
class LabelTexts:
    """What the label means for the person supported, and what the structure gets (section 3)."""

    meaning: tuple[str, ...]
    benefits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Terminology:
    contract_label: str
    contract_label_plural: str
    contract_abbr: str
    employment_operator: str
    contract_types: Mapping[ContractType, str]


@dataclass(frozen=True, slots=True)
class Remedies:
    """The remedies of every adverse letter (section 7.4; CJA, art. R.421-5)."""

    court: str
    court_address: tuple[str, ...]
    online_service: str
    online_address: str
    administrative_appeal: str
    litigation: str
    interplay: str


@dataclass(frozen=True, slots=True)
class TrainingRules:
    optional_required: int
    section: str
    optional_allowed: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Module:
    """A module of Annex 1, or an optional one that the Département adds to it. ``days`` or ``hours`` are None where
    no duration is given. What is derived says how an added module stands: Annex 1's are there from the first day, and
    ``territories`` is None, since each territory says which of them it admits."""

    id: str
    title: str
    short_title: str
    compulsory: bool
    category: ModuleCategory
    section: str
    objectives: tuple[str, ...]
    duration: str = ""
    days: Fraction | None = None
    hours: Fraction | None = None
    parts: tuple[str, ...] = ()
    territories: tuple[str, ...] | None = field(default=None, metadata={"derived": True})
    starts_on: date | None = field(default=None, metadata={"derived": True})
    withdrawn_on: date | None = field(default=None, metadata={"derived": True})
    # It counts for who followed it. False: known by its name only, not in the catalogue on the day looked at.
    counts: bool = field(default=True, metadata={"derived": True})
    # Its territory admits it, once a rulebook is made that of one structure.
    admitted: bool = field(default=True, metadata={"derived": True})
    # It may still be chosen. A module withdrawn is not, and counts.
    offered: bool = field(default=True, metadata={"derived": True})

    @property
    def part_numbers(self) -> tuple[int, ...]:
        """(1,) for most modules, (1, 2) where the module is complete only with both parts."""
        return tuple(range(1, max(len(self.parts), 1) + 1))


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the grid (Annex 2). ``alert`` is the sentence shown when the line is not granted. ``fact`` is what the
    contract says of it, for the lines that ask for no judgment; ``at_least``: how many actions it takes."""

    id: str
    key: str
    text: str
    guidance: str
    points: Fraction
    contract_types: tuple[ContractType, ...]
    section: str
    requires: tuple[str, ...] = ()
    alert: str = ""
    fact: LineFact | None = None
    at_least: int = 0


@dataclass(frozen=True, slots=True)
class Criterion:
    id: str
    title: str
    max: Fraction
    lines: tuple[Line, ...]

    def lines_for(self, contract_type: ContractType) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if contract_type in line.contract_types)


@dataclass(frozen=True, slots=True)
class Grid:
    section: str
    total: Fraction
    criteria: tuple[Criterion, ...]
    # From the setting cer.eliminatory_items: a CER without one of these lines is worth nothing.
    eliminatory: frozenset[str] = field(default=frozenset(), metadata={"derived": True})

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(line for criterion in self.criteria for line in criterion.lines)

    def lines_for(self, contract_type: ContractType) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if contract_type in line.contract_types)

    def line(self, line_id: str) -> Line:
        """KeyError when the grid has no such line."""
        for line in self.lines:
            if line.id == line_id:
                return line
        raise KeyError(line_id)


@dataclass(frozen=True, slots=True)
class Setting:
    """One reading of the deliberation: the value applied, where it comes from and why."""

    ref: str
    section: str
    why: str
    value: Any
    allowed: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def basis(self) -> str:
        """The section in words: « Cahier des charges, point 7.2 », or the article of law itself."""
        return section_words(self.section)


@dataclass(frozen=True, slots=True)
class Reading:
    """A question that the deliberation leaves open and that no setting governs."""

    ref: str
    section: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Rulebook:
    version: str
    title: str
    deliberation: Deliberation
    branding: Branding
    label: LabelTexts
    terminology: Terminology
    remedies: Remedies
    training: TrainingRules
    modules: tuple[Module, ...]
    grid: Grid
    settings: Mapping[str, Setting]
    readings: tuple[Reading, ...]

    def module(self, module_id: str) -> Module:
        """KeyError when Annex 1 has no such module."""
        for module in self.modules:
            if module.id == module_id:
                return module
        raise KeyError(module_id)

    @property
    def compulsory_modules(self) -> tuple[Module, ...]:
        return tuple(module for module in self.modules if module.compulsory)

    @property
    def optional_modules(self) -> tuple[Module, ...]:
        return tuple(module for module in self.modules if not module.compulsory)

    def optional_modules_for(self, territory: str) -> tuple[Module, ...]:
        """The optional modules that count in a territory (its slug): Annex 1's unless the territory restricts their
        list, and those that the Département added for it."""
        return tuple(m for m in self.optional_modules if m.counts and self.is_admitted(m, territory))

    def is_admitted(self, module: Module, territory: str) -> bool:
        if module.territories is not None:
            return not module.territories or territory in module.territories
        allowed = self.training.optional_allowed.get(territory)
        return module.compulsory or allowed is None or module.id in allowed

    @property
    def proving_modules(self) -> tuple[Module, ...]:
        """The optional modules that an attestation may be for: those offered, and those that were."""
        return tuple(module for module in self.optional_modules if module.counts and module.admitted)

    @property
    def offered_modules(self) -> tuple[Module, ...]:
        """The optional modules that may be chosen today."""
        return tuple(module for module in self.optional_modules if module.offered)

    @property
    def threshold(self) -> Fraction:
        return self._typed("cer.threshold", Fraction)

    def choice(self, key: str) -> str:
        """A member of one of the StrEnums of ``rulebook.enums``. KeyError on an unknown key, as for all settings."""
        return self._typed(key, str)

    def integer(self, key: str) -> int:
        return self._typed(key, int)

    def integers(self, key: str) -> tuple[int, ...]:
        return self._typed(key, tuple)

    def flag(self, key: str) -> bool:
        return self._typed(key, bool)

    def day(self, key: str) -> date:
        return self._typed(key, date)

    def month_day(self, key: str) -> MonthDay:
        return self._typed(key, MonthDay)

    def month_days(self, key: str) -> tuple[MonthDay, ...]:
        return self._typed(key, tuple)

    def texts(self, key: str) -> tuple[str, ...]:
        return self._typed(key, tuple)

    def section(self, key: str) -> str:
        return self.settings[key].section

    def _typed(self, key: str, kind: type[T]) -> T:
        value = self.settings[key].value
        if not isinstance(value, kind):
            raise TypeError(f"{key} is {type(value).__name__}, not {kind.__name__}")
        return value


def section_words(section: str) -> str:
    if section[0].isdigit():
        return f"Cahier des charges, point {section}"
    if section.startswith("annexe"):
        return f"Cahier des charges, {section}"
    return section
