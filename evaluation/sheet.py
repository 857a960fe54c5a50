"""The grid as a person sees it: every line with its tick, beside what another round ticked. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from evaluation import grid
from evaluation.facts import Proposal
from evaluation.merge import reason_name
from rulebook.clauses import Criterion, Grid, Line


@dataclass(frozen=True, slots=True)
class Clash:
    """Words that two people wrote at once, by their name in the form: those already kept, and whose they are."""

    name: str
    theirs: str
    author: Any


@dataclass(frozen=True, slots=True)
class Notes:
    """What is written beside the lines: reasons, what is wrong with them, what clashes; each by name in the form."""

    reasons: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    clashes: Mapping[str, Clash] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SheetLine:
    """`ignored`: ticked, but worth nothing without the line it requires. `control` and `own` say what the DPID and
    the structure ticked; None where that is not shown. `proposed`: what the facts of the contract say of it.
    `reason`: why the working session revises it; `fault`: what is wrong with that reason; `clash`: the one
    that somebody else wrote meanwhile."""

    line: Line
    ticked: bool
    ignored: bool
    control: bool | None = None
    own: bool | None = None
    proposed: Proposal | None = None
    reason: str = ""
    fault: str = ""
    clash: Clash | None = None

    @property
    def said(self) -> Proposal:
        """What the page fills in place, shown only when the facts propose something."""
        return self.proposed or Proposal(False, "")

    @property
    def revised(self) -> bool:
        return self.control is not None and self.control != self.ticked

    @property
    def differs(self) -> bool:
        """The Département reads the contract otherwise than the structure."""
        return self.own is not None and self.own != self.ticked


@dataclass(frozen=True, slots=True)
class SheetCriterion:
    criterion: Criterion
    points: Fraction
    lines: tuple[SheetLine, ...]


def sheet(
    lines: Grid,
    contract_type: str,
    ticks: Iterable[str],
    *,
    control: Collection[str] | None = None,
    own: Collection[str] | None = None,
    proposed: Mapping[str, Proposal] | None = None,
    notes: Notes | None = None,
) -> tuple[SheetCriterion, ...]:
    """The criteria in the grid's order, with the lines of this contract type only."""
    ticked, notes = frozenset(ticks), notes or Notes()
    score = grid.score(lines, contract_type, ticked)
    return tuple(
        SheetCriterion(
            part.criterion,
            part.points,
            tuple(
                SheetLine(
                    line,
                    line.id in ticked,
                    line.id in ticked and line.id not in score.granted,
                    None if control is None else line.id in control,
                    None if own is None else line.id in own,
                    (proposed or {}).get(line.id),
                    notes.reasons.get(reason_name(line.id), ""),
                    notes.faults.get(reason_name(line.id), ""),
                    notes.clashes.get(reason_name(line.id)),
                )
                for line in part.criterion.lines_for(grid.ContractType(contract_type))
            ),
        )
        for part in score.criteria
    )
