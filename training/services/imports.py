"""Writing what a spreadsheet brings: référents, and the trainings they followed, each waiting for its attestation."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from accounts import roles
from accounts.exceptions import Refused
from accounts.models import Referent, Structure, User
from accounts.services.referents import NewReferent, import_referents, lock_roster
from training.exceptions import TrainingRefused
from training.imports.matching import Plan, persons
from training.imports.reading import ImportRow, Key
from training.models import PastTraining, RosterImport
from training.selectors.past import plan_of
from training.services.telling import tell_people


@transaction.atomic
def import_roster(
    *,
    structure: Structure,
    rows: Sequence[ImportRow],
    answers: Mapping[int, str],
    expected: str,
    actor: User,
    now: datetime,
) -> RosterImport:
    """Write the right lines, all of them or none. TrainingRefused when nothing may be written: a question is open, or
    the plan is no longer the one of digest `expected`, which the person saw."""
    try:
        locked = lock_roster(actor=actor, structure=structure)
    except Refused as refusal:
        raise TrainingRefused(str(refusal)) from refusal
    plan = plan_of(locked, rows, answers)
    if plan.unanswered:
        raise TrainingRefused("Dites d’abord de qui il s’agit, pour chaque personne où la question est posée.")
    if plan.digest != expected or not plan.to_write:
        raise TrainingRefused("La liste a changé depuis la lecture du tableau. Vérifiez de nouveau les lignes.")
    people = _joined(plan, rows, locked, actor)
    written = RosterImport.objects.create(
        structure=locked, author=actor, at=now, referents=plan.joining, trainings=plan.trainings
    )
    _note(plan, people, written)
    if not roles.is_structure(actor):
        _tell(written)
    return written


@transaction.atomic
def drop_past_training(*, training: PastTraining, actor: User) -> None:
    """Take back a training that was noted by mistake; the import that brought it stays told."""
    if not roles.may_import_referents(actor):
        raise TrainingRefused("Cette formation n’est pas à retirer par vous.")
    PastTraining.objects.visible_to(actor).filter(pk=training.pk).delete()


def _note(plan: Plan, people: Mapping[str | Key, Referent], written: RosterImport) -> None:
    """Each training of the plan, waiting for its attestation."""
    PastTraining.objects.bulk_create(
        PastTraining(
            referent=people[step.code or step.row.key],
            module=step.training.module,
            part=step.training.part,
            started_on=step.training.started_on,
            followed_on=step.training.followed_on,
            provider=step.training.provider,
            course=step.training.course,
            hours=step.training.hours,
            brought_by=written,
        )
        for step in plan.to_write
        if step.training
    )


def _tell(written: RosterImport) -> None:
    """The list is the structure's: it reads what an agent wrote there for it."""
    tell_people(
        written.structure,
        key=f"roster-import:{written.pk}",
        subject=f"Un tableau est importé pour vous\u00a0: {written.words}",
        body=f"{written.author} a importé un tableau dans la liste de {written.structure}\u00a0: {written.words}. "
        "Relisez vos référents\u202f; une personne se corrige dans la liste, une formation notée par erreur se retire "
        "sur la page de la personne.",
        path=reverse("referent_list"),
        now=written.at,
    )


def _joined(plan: Plan, rows: Sequence[ImportRow], structure: Structure, actor: User) -> dict[str | Key, Referent]:
    """Every référent of the structure by code, and those that the file adds by name."""
    whole = persons(rows)
    joining = [whole[step.row.key] for step in plan.to_write if step.joins]
    entries = [
        NewReferent(person.first_name, person.last_name, person.arrived_on, person.email, person.left_on, person.funded)
        for person in joining
        if person.arrived_on
    ]
    try:
        added = import_referents(actor=actor, structure=structure, entries=entries)
    except ValidationError as error:
        raise TrainingRefused(error.messages[0]) from error
    people: dict[str | Key, Referent] = {each.code: each for each in structure.referents.all()}
    return people | {person.key: referent for person, referent in zip(joining, added, strict=True)}
