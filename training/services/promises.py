"""Commitments as dates that run (CdC 5-1 b): one deadline per référent and nature, as long as something is owed.

Which ones are open is worked out anew from the facts each time, so that nothing depends on which fact moved: a
commitment taken or given up, an attestation accepted, an arrival corrected, a departure.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import Structure
from core import clock
from documents.keeping import keep_until
from documents.models import StoredFile
from notices.models import Deadline
from notices.services import close_deadline, correct_deadline, open_deadline
from rulebook import calendar
from rulebook.book import current_rulebook
from rulebook.calendar import DueDate
from rulebook.clauses import section_words
from rulebook.enums import NewcomerRule
from training.coverage import Coverage, Status, obligation_title
from training.enums import CommitmentKind, RecordStage
from training.models import TrainingCommitment
from training.records import lock_record
from training.selectors import coverage_of, coverages_of
from training.selectors.catalogue import catalogue

NEWCOMER, ABSENCE = "newcomer_training", "missed_training"
NATURE = {CommitmentKind.NEWCOMER.value: NEWCOMER, CommitmentKind.ABSENCE.value: ABSENCE}
MOVED = "Une date a changé\u00a0: l’échéance est recalculée."
GIVEN_UP = "L’engagement est retiré."
KEPT = "L’engagement est tenu."
MARGIN_MONTHS = 1
"""A proof of absence outlives its commitment by this much at most."""


@dataclass(frozen=True, slots=True)
class Change:
    """What one référent's deadline calls for: `due` is None to close it, `row` is None to open it."""

    nature: str
    referent_id: int
    row: Deadline | None
    due: DueDate | None
    reason: str = ""


@transaction.atomic
def settle_commitments(*, structure: Structure, today: date) -> None:
    """Bring the deadlines of a structure in line with what its référents still owe."""
    stage = RecordStage(lock_record(structure.pk).stage)
    commitments, rows = list(_commitments([structure.pk])), _open_rows([structure.pk])
    if not (commitments or rows):
        return
    for commitment in commitments:
        if (last_day := _last_day(commitment, stage)) != commitment.due_on:
            commitment.due_on = last_day
            commitment.save(update_fields=["due_on"])
    covered = coverage_of(structure, rulebook=catalogue(today=today), today=today)
    for change in _changes(covered, commitments, rows):
        _apply(change, structure, today)
    for proof, day in _proofs_to_end(covered, commitments, today):
        keep_until(files=[proof.pk], day=day)


def record_commitments(*, today: date, now: datetime) -> None:
    """Before each sweep: what changed below this floor (arrivals, departures), and rows older than their deadline."""
    promised, running = defaultdict(list), defaultdict(list)
    for commitment in _commitments():
        promised[commitment.structure_id].append(commitment)
    for row in _open_rows():
        running[row.structure_id].append(row)
    concerned = Structure.objects.filter(pk__in={*promised, *running}).select_related("training_record")
    for structure, covered in coverages_of(concerned, rulebook=catalogue(today=today), today=today):
        ours, record = promised[structure.pk], getattr(structure, "training_record", None)
        stage = RecordStage(record.stage) if record else RecordStage.DRAFT
        moved = any(_last_day(commitment, stage) != commitment.due_on for commitment in ours)
        proofs = any(_proofs_to_end(covered, ours, today))
        if moved or proofs or _changes(covered, ours, running[structure.pk]):
            settle_commitments(structure=structure, today=today)


def owed(referent_id: int, nature: str, *, today: date) -> list[TrainingCommitment]:
    """The commitments of one nature that a référent has still to keep, the most urgent first."""
    commitments = [each for each in _commitments().filter(referent=referent_id) if NATURE[each.kind] == nature]
    if not commitments:
        return []
    covered = coverage_of(commitments[0].structure, rulebook=catalogue(today=today), today=today)
    return [each for each in commitments if _is_owed(each, covered)]


def still_owed(structure: Structure, *, today: date) -> list[TrainingCommitment]:
    """All that a structure's référents have still to keep, the most urgent first."""
    commitments = list(_commitments([structure.pk]))
    if not commitments:
        return []
    covered = coverage_of(structure, rulebook=catalogue(today=today), today=today)
    return [each for each in commitments if _is_owed(each, covered)]


def modules_words(commitments: Iterable[TrainingCommitment]) -> str:
    """« Le cadre du RSA », « Module au choix »"""
    rulebook = current_rulebook()
    return ", ".join(f"«\u00a0{obligation_title(rulebook, each.obligation)}\u00a0»" for each in commitments)


def _commitments(structures: Collection[int] | None = None) -> QuerySet[TrainingCommitment]:
    rows = TrainingCommitment.objects.select_related("referent", "structure", "proof").order_by("due_on", "pk")
    return rows if structures is None else rows.filter(structure__in=structures)


def _open_rows(structures: Collection[int] | None = None) -> list[Deadline]:
    rows = Deadline.objects.open().filter(kind__in=NATURE.values())
    return list(rows if structures is None else rows.filter(structure__in=structures))


def _changes(covered: Coverage, commitments: Iterable[TrainingCommitment], rows: Iterable[Deadline]) -> list[Change]:
    due: dict[tuple[str, int], DueDate] = {}
    for commitment in commitments:
        place = NATURE[commitment.kind], commitment.referent_id
        if _is_owed(commitment, covered):
            ours = _due_date(commitment)
            due[place] = min(due.get(place, ours), ours, key=lambda each: each.date)
    open_rows = {(row.kind, row.subject_id): row for row in rows}
    why = {
        (NATURE[each.kind], each.referent_id): covered.exclusions.get(each.referent.code, KEPT) for each in commitments
    }
    changes = [Change(*place, open_rows.get(place), ours, MOVED) for place, ours in due.items()]
    over = [Change(*place, row, None, why.get(place, GIVEN_UP)) for place, row in open_rows.items() if place not in due]
    return [*(change for change in changes if not _stands(change)), *over]


def _stands(change: Change) -> bool:
    row, due = change.row, change.due
    return bool(row and due and (row.due_on, row.started_on) == (due.date, due.start))


def _apply(change: Change, structure: Structure, today: date) -> None:
    kind, subject, due = change.nature, change.referent_id, change.due
    if due is None:
        close_deadline(kind=kind, subject_id=subject, reason=change.reason, today=today)
    elif change.row:
        correct_deadline(kind=kind, subject_id=subject, due=due, reason=change.reason, today=today)
    else:
        territory = structure.lead_territory
        open_deadline(kind=kind, subject_id=subject, structure=structure, territory=territory, due=due, today=today)


def _is_owed(commitment: TrainingCommitment, covered: Coverage) -> bool:
    """Until an accepted attestation covers it, for a référent who counts."""
    cell = covered.cells.get((commitment.referent.code, commitment.obligation))
    return cell is not None and cell.status is not Status.MET


def _proofs_to_end(
    covered: Coverage, commitments: Iterable[TrainingCommitment], today: date
) -> Iterator[tuple[StoredFile, date]]:
    """The proofs of absence whose last day changes: today once the training is done (R23), which the night erases."""
    for commitment in commitments:
        proof = commitment.proof
        if commitment.kind != CommitmentKind.ABSENCE or proof is None or proof.is_erased:
            continue
        cell = covered.cells.get((commitment.referent.code, commitment.obligation))
        last = calendar.add_months(commitment.due_on, MARGIN_MONTHS)
        if cell is not None and cell.status is Status.MET:
            last = min(last, today, proof.purge_after or today)
        if proof.purge_after != last:
            yield proof, last


def _last_day(commitment: TrainingCommitment, stage: RecordStage) -> date:
    """A newcomer's commitment follows the date of arrival, except while it is judged, or past the session planned.

    Once filed it only shortens: the label stands on it.
    """
    if commitment.kind != CommitmentKind.NEWCOMER or stage != RecordStage.DRAFT:
        return commitment.due_on
    limit = _year_of_arrival(commitment).date
    if commitment.was_filed:
        limit = min(limit, commitment.due_on)
    return limit if commitment.session_on is None or commitment.session_on <= limit else commitment.due_on


def _due_date(commitment: TrainingCommitment) -> DueDate:
    """With the section and the steps that a screen shows. The référent is told by the neutral code."""
    taken = min(clock.civil_date(commitment.created_at), commitment.due_on)
    promise = DueDate(commitment.due_on, taken, _steps(commitment, taken), _basis(commitment))
    if commitment.kind == CommitmentKind.ABSENCE:
        return promise
    year = _year_of_arrival(commitment)
    if commitment.due_on < year.date:
        return promise
    opening = year.explanation[0]._replace(text=f"Arrivée de {commitment.referent.code} dans la structure.")
    return replace(year, explanation=(opening, *year.explanation[1:]), basis=_basis(commitment))


def _basis(commitment: TrainingCommitment) -> str:
    absent = commitment.kind == CommitmentKind.ABSENCE
    rule = "training.absence_counts_as" if absent else "training.newcomer_rule"
    return section_words(current_rulebook().section(rule))


def _steps(commitment: TrainingCommitment, taken: date) -> tuple[calendar.Step, ...]:
    why = "absence justifiée" if commitment.kind == CommitmentKind.ABSENCE else "nouvelle arrivée"
    opening = f"Engagement pris pour {commitment.referent.code}\u00a0: {why}, {modules_words([commitment])}."
    booked = [calendar.Step(commitment.session_on, "Nouvelle session prévue.")] if commitment.session_on else []
    return (
        calendar.Step(taken, opening),
        *booked,
        calendar.Step(commitment.due_on, f"Dernier jour de l’engagement, {calendar.day_words(commitment.due_on)}."),
    )


def _year_of_arrival(commitment: TrainingCommitment) -> DueDate:
    rulebook = current_rulebook()
    return calendar.newcomer_limit(
        commitment.referent.arrived_on,
        rule=NewcomerRule(rulebook.choice("training.newcomer_rule")),
        months=rulebook.integer("training.commitment_months"),
    )
