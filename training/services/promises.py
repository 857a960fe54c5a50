"""Commitments as dates that run (CdC 5-1 b): one deadline per référent and nature, as long as something is owed.

Which ones are open is worked out anew from the facts each time, so that nothing depends on which fact moved: a
commitment taken or given up, an attestation accepted, an arrival corrected, a departure.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from accounts.models import Structure
from core import clock
from core.french import day_date
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
from training.models import TrainingCommitment, TrainingRecord
from training.records import lock_record
from training.selectors import coverage_of, coverages_of
from training.selectors.catalogue import catalogue

NEWCOMER, ABSENCE = "newcomer_training", "missed_training"
NATURE = {CommitmentKind.NEWCOMER.value: NEWCOMER, CommitmentKind.ABSENCE.value: ABSENCE}
MOVED = "Une date a changé\u00a0: l’échéance est recalculée."
PASSED = "Le délai est passé\u00a0: l’échéance suivante court."
GIVEN_UP = "L’engagement est retiré."
KEPT = "L’engagement est tenu."
TOLD = {"told_arrived_on": "arrived_on", "told_left_on": "left_on", "told_funded": "funded"}
"""What a commitment keeps of its référent -> what the référent says."""
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
    record = lock_record(structure.pk)
    stage = RecordStage(record.stage)
    commitments, rows = list(_commitments([structure.pk])), _open_rows([structure.pk])
    if not (commitments or rows):
        return
    for commitment in commitments:
        if (last_day := _last_day(commitment, stage)) != commitment.due_on or _has_news(commitment):
            commitment.due_on = last_day
            for told, known in TOLD.items():
                setattr(commitment, told, getattr(commitment.referent, known))
            commitment.save(update_fields=["due_on", *TOLD])
    covered = coverage_of(structure, rulebook=catalogue(today=today), today=today)
    for change in _changes(covered, commitments, rows, today):
        _apply(change, structure, today)
    for proof, day in _proofs_to_end(covered, commitments, today):
        keep_until(files=[proof.pk], day=day)
    record.settled_on = today
    record.save(update_fields=["settled_on"])


def record_commitments(*, today: date, now: datetime) -> None:
    """Before each sweep: the structures of which a référent changed on the floor below, and all of them once a day.

    One query when nothing has changed. A structure that fails keeps none of the others waiting, and is tried again.
    """
    concerned = set(_unsettled(today))
    if not concerned:
        return
    promised, running = defaultdict(list), defaultdict(list)
    for commitment in _commitments(concerned):
        promised[commitment.structure_id].append(commitment)
    for row in _open_rows(concerned):
        running[row.structure_id].append(row)
    structures = Structure.objects.filter(pk__in=concerned).select_related("training_record")
    failures = []
    for structure, covered in coverages_of(structures, rulebook=catalogue(today=today), today=today):
        if _stays(structure, covered, promised[structure.pk], running[structure.pk], today):
            continue
        try:
            settle_commitments(structure=structure, today=today)
        except Exception as failure:
            failures.append(failure)
            concerned.discard(structure.pk)
    _mark_settled(concerned, today)
    if failures:
        raise ExceptionGroup("Some commitments could not be settled.", failures)


@transaction.atomic
def _mark_settled(structures: Collection[int], today: date) -> None:
    """Two sweeps at once lock the records in one order."""
    records = TrainingRecord.objects.filter(structure__in=structures)
    list(records.select_for_update(of=("self",)).order_by("pk").values_list("pk"))
    records.update(settled_on=today)


def _unsettled(today: date) -> QuerySet[TrainingCommitment, int]:
    """Structures whose deadlines were not worked out today, or with other référents than they are now."""
    never, ever = Value(date.max), F("referent__left_on")
    heard = Q(told_arrived_on=F("referent__arrived_on"), told_funded=F("referent__funded"), left=Coalesce(ever, never))
    rows = TrainingCommitment.objects.annotate(left=Coalesce("told_left_on", never))
    settled = Q(structure__training_record__settled_on=today)
    return rows.exclude(heard & settled).order_by().values_list("structure", flat=True).distinct()


def _stays(
    structure: Structure,
    covered: Coverage,
    commitments: Sequence[TrainingCommitment],
    rows: Sequence[Deadline],
    today: date,
) -> bool:
    """Nothing of the structure is to be written: no lock is taken."""
    record = getattr(structure, "training_record", None)
    if record is None:
        return False
    stage = RecordStage(record.stage)
    moved = any(_has_news(each) or _last_day(each, stage) != each.due_on for each in commitments)
    return not (
        moved or _changes(covered, commitments, rows, today) or any(_proofs_to_end(covered, commitments, today))
    )


def _has_news(commitment: TrainingCommitment) -> bool:
    return any(getattr(commitment, told) != getattr(commitment.referent, known) for told, known in TOLD.items())


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


def to_follow(commitments: Iterable[TrainingCommitment], *, today: date) -> str:
    """« Le cadre du RSA », « Module au choix »; each day with its modules when there are several."""
    days: dict[date, list[TrainingCommitment]] = defaultdict(list)
    for commitment in commitments:
        days[commitment.due_on].append(commitment)
    if len(days) == 1:
        return modules_words(*days.values())
    return "\u202f; ".join(
        f"{modules_words(days[day])}, {'délai passé depuis le' if day < today else 'au plus tard le'} {day_date(day)}"
        for day in sorted(days)
    )


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


def _changes(
    covered: Coverage, commitments: Iterable[TrainingCommitment], rows: Iterable[Deadline], today: date
) -> list[Change]:
    """One row for a référent: the next day to come, or the last one passed when none is ahead. Its reminders name every
    module owed with its own day."""
    due: dict[tuple[str, int], DueDate] = {}
    for commitment in commitments:
        place = NATURE[commitment.kind], commitment.referent_id
        if _is_owed(commitment, covered):
            ours = _due_date(commitment)
            due[place] = min(due.get(place, ours), ours, key=lambda each: (each.date < today, abs(each.date - today)))
    open_rows = {(row.kind, row.subject_id): row for row in rows}
    why = {
        (NATURE[each.kind], each.referent_id): covered.exclusions.get(each.referent.code, KEPT) for each in commitments
    }
    changes = [Change(*place, row := open_rows.get(place), ours, _why_moved(row, today)) for place, ours in due.items()]
    over = [Change(*place, row, None, why.get(place, GIVEN_UP)) for place, row in open_rows.items() if place not in due]
    return [*(change for change in changes if not _stands(change)), *over]


def _why_moved(row: Deadline | None, today: date) -> str:
    return PASSED if row and row.due_on < today else MOVED


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
