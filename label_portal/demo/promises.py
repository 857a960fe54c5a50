"""Trainings still owed in the demonstration: the commitments that a file stands on, those of a labelled structure, near
their end or past it, and the trainings that a table brought without their attestation."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from accounts.enums import Role
from accounts.models import Structure, User
from core import clock
from documents.enums import FileKind
from documents.services import store_content
from label_portal.demo.people import instant
from label_portal.sample import people
from label_portal.sample.certificates import absence_pdf
from label_portal.sample.rosters import roster_csv
from rulebook.book import current_rulebook
from training.coverage import OPTIONAL
from training.enums import AbsenceReason, CommitmentKind
from training.imports.reading import TITLES, read_import
from training.selectors.past import plan_of
from training.services import commit_absence, commit_newcomer
from training.services.imports import import_roster

Promise = tuple[str, str, CommitmentKind]
"""Référent's code, module (O1 stands for the optional one), and why it is not followed yet."""
LABELLED, ARRIVALS = "gris-nez", {"R03": ("M1", OPTIONAL), "R04": ("M2", "M3")}
"""A labelled structure and the modules of those who joined it since: the year of one is over, the other's nearly."""
IMPORTING, TOLD = "marais", (("R02", "M3", "Institut du travail social Opale", 30), ("R03", "O1", "Carsat", 75))
"""Référent's code, module, provider, days before today."""


def promise(structure: Structure, promises: Iterable[Promise], *, actor: User, now: datetime) -> None:
    """What the structure commits itself to before it files, with a session in the two months to come."""
    today = clock.civil_date(now)
    for code, module, kind in promises:
        referent = structure.referents.get(code=code)
        obligation = module if module in {each.id for each in current_rulebook().compulsory_modules} else OPTIONAL
        booked: dict[str, Any] = {"session_on": today + timedelta(days=60), "session_place": "Arras"}
        booked |= {"referent": referent, "obligation": obligation, "rulebook": current_rulebook()}
        if kind == CommitmentKind.NEWCOMER:
            commit_newcomer(**booked, actor=actor, now=now)
            continue
        missed_on = today - timedelta(days=12)
        paper = absence_pdf(person=str(referent), structure=structure.name, missed_on=missed_on, signed_on=today)
        proof = store_content(
            content=paper, name="justificatif-absence.pdf", kind=FileKind.ABSENCE, structure=structure, actor=actor,
            now=now,
        )  # fmt: skip
        commit_absence(**booked, reason=AbsenceReason.SICK_LEAVE, proof=proof, actor=actor, now=now)


def promise_newcomers() -> None:
    """Of the labelled structure, each ten days after the arrival."""
    structure, administrator = _known(LABELLED)
    for code, obligations in ARRIVALS.items():
        referent = structure.referents.get(code=code)
        taken = referent.arrived_on + timedelta(days=10)
        for obligation in obligations:
            commit_newcomer(
                referent=referent, obligation=obligation, session_on=taken + timedelta(days=200), session_place="Arras",
                rulebook=current_rulebook(), actor=administrator, now=instant(taken),
            )  # fmt: skip


def import_past_trainings(today: date) -> None:
    """A table that the structure keeps: trainings whose attestation it has still to find."""
    structure, administrator = _known(IMPORTING)
    columns = ("last_name", "first_name", "module", "followed_on", "provider")
    lines = []
    for code, module, provider, ago in TOLD:
        referent = structure.referents.get(code=code)
        lines.append((referent.last_name, referent.first_name, module, today - timedelta(days=ago), provider))
    table = roster_csv(lines, columns=[TITLES[column] for column in columns])
    rows = read_import(table, rulebook=current_rulebook(), today=today)
    import_roster(
        structure=structure, rows=rows, answers={}, expected=plan_of(structure, rows, {}).digest, actor=administrator,
        now=instant(today, 6),
    )  # fmt: skip


def _known(key: str) -> tuple[Structure, User]:
    structure = Structure.objects.get(siret=people.structure(key).siret)
    return structure, structure.members.get(role=Role.STRUCTURE_ADMIN)
