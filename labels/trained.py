"""« Référents formés »: what a labelled structure joins to the call for projects, in the place of CVs (CdC 3).

Only those who have followed everything: neither a commitment nor an attestation still to check makes one trained.
"""

from dataclasses import dataclass
from datetime import date

from core.french import day_date
from core.workbooks import Sheet, write_workbook
from documents.letters import print_letter, render_letter
from labels.models import Label
from training.coverage import Coverage, ObligationState, Status, obligation_title
from training.selectors import coverage_of
from training.selectors.catalogue import catalogue


@dataclass(frozen=True, slots=True)
class Followed:
    """One module. `days`: the last day of each training that proves it, oldest first."""

    module: str
    days: tuple[date, ...]

    @property
    def words(self) -> str:
        return ", ".join(day_date(day) for day in self.days) or "Date non renseignée"


@dataclass(frozen=True, slots=True)
class Trained:
    code: str
    name: str
    arrived_on: date | None
    modules: tuple[Followed, ...]


@dataclass(frozen=True, slots=True)
class TrainedList:
    """`counted`: all the référents that the first criterion counts that day."""

    titles: tuple[str, ...]
    people: tuple[Trained, ...]
    counted: int


def trained_list(label: Label, *, today: date) -> TrainedList:
    rulebook = catalogue(today=today)
    covered = coverage_of(label.structure, rulebook=rulebook, today=today)
    people = tuple(
        Trained(
            referent.code,
            referent.name,
            referent.arrived_on,
            tuple(_followed(cell, rulebook.module(cell.module_id).short_title) for cell in covered.row(referent.code)),
        )
        for referent in covered.counted
        if _is_trained(covered, referent.code)
    )
    titles = tuple(obligation_title(rulebook, obligation) for obligation in covered.obligations)
    return TrainedList(titles, people, len(covered.counted))


def trained_pdf(label: Label, *, today: date) -> bytes:
    found = trained_list(label, today=today)
    return print_letter(render_letter("letters/trained.html", {"label": label, "found": found, "today": today}))


def trained_workbook(label: Label, *, today: date) -> bytes:
    found = trained_list(label, today=today)
    sheet = Sheet(
        "Référents formés",
        ["Structure", "SIRET", "Label", "Référent", "Arrivée", *found.titles],
        [
            [
                label.structure.name,
                label.structure.siret,
                label.number,
                person.name,
                person.arrived_on,
                *(f"{each.module}\u00a0: {each.words}" for each in person.modules),
            ]
            for person in found.people
        ],
    )
    return write_workbook(sheet)


def _is_trained(covered: Coverage, code: str) -> bool:
    return all(cell.status is Status.MET for cell in covered.row(code))


def _followed(cell: ObligationState, module: str) -> Followed:
    return Followed(module, tuple(sorted({proof.followed_on for proof in cell.proofs if proof.followed_on})))
