"""Opening, filling in, filing and withdrawing a file: what the structure does."""

from datetime import date, datetime

from django.db import transaction

from accounts import roles
from accounts.models import Structure, User
from applications import selectors
from applications.enums import ApplicationKind, ApplicationState
from applications.models import Application
from applications.services.acknowledgements import letter_context, start_clocks, stop_clocks
from applications.services.common import close_instruction, held, instruction_due, tell_structure
from applications.workflow import WORKFLOW
from core import clock
from core.french import time_fr
from core.models import RegisterNumber
from core.transitions import StaleState, TransitionForbidden, TransitionRefused
from core.transitions import transition as apply_row
from core.versions import version_of
from documents.enums import LetterKind
from documents.models import Letter
from documents.services import write_letter
from evaluation.services import close_panel, create_panel, open_to_control
from rulebook.book import current_rulebook
from training.enums import RecordStage
from training.records import move_record
from training.services.supports import lapse_supports

FORM_FIELDS = ("mission", "contact_name", "contact_email", "contact_phone")


class OpeningRefused(TransitionRefused):
    """No new application may be opened; the message says why."""


@transaction.atomic
def open_application(
    *,
    structure: Structure,
    actor: User | None,
    now: datetime,
    kind: ApplicationKind = ApplicationKind.FIRST,
    previous: Application | None = None,
    not_before: date | None = None,
) -> Application:
    """The structure's draft, opened if need be; a second study is prefilled from the first.

    Raises OpeningRefused when an application is under way, or when the last decision calls for another way;
    TransitionForbidden for somebody else's structure. Without `actor`, nobody's rights are asked.
    """
    if actor and not (roles.is_structure(actor) and actor.structure_id == structure.pk):
        raise TransitionForbidden("Une demande s’ouvre pour sa propre structure.")
    locked = Structure.objects.select_for_update(of=("self",)).get(pk=structure.pk)
    if draft := selectors.draft_of(locked.pk):
        return draft
    _check_cycle(locked, kind, previous)
    rulebook = current_rulebook()
    panel = create_panel(structure=locked, rulebook_version=rulebook.version, now=now)
    kept = {name: getattr(previous, name) for name in FORM_FIELDS} if previous else {}
    return Application.objects.create(
        structure=locked,
        lead_territory=locked.lead_territory,
        kind=kind,
        study=2 if kind == ApplicationKind.SECOND else 1,
        previous=previous,
        rulebook_version=rulebook.version,
        panel=panel,
        not_before=not_before,
        created_by=actor,
        created_at=now,
        updated_at=now,
        **kept,
    )


def _check_cycle(structure: Structure, kind: ApplicationKind, previous: Application | None) -> None:
    latest = selectors.current_application(structure.pk)
    if latest and kind == ApplicationKind.FIRST and latest.state != ApplicationState.REFUSED:
        raise OpeningRefused("Une demande est déjà en cours ou décidée pour cette structure.")
    if kind == ApplicationKind.SECOND and (
        previous is None or latest != previous or previous.state != ApplicationState.MORATORIUM
    ):
        raise OpeningRefused("Une nouvelle demande fait suite à un moratoire.")


class FormChanged(StaleState):
    """The form was saved in between, from another tab or by somebody else; nothing was written over it."""


def form_version(application: Application) -> str:
    """Stands for the form's answers as they are kept: a page that shows older ones is known by it."""
    return version_of(application, FORM_FIELDS)


@transaction.atomic
def save_form(
    *, application: Application, actor: User, now: datetime, version: str = "", **fields: str | bool
) -> Application:
    """Save what was typed in a draft; only the form's own fields and the two declarations. `version` is the one that
    was on screen; without it nothing is compared.

    Raises FormChanged over somebody's newer answers, StaleState once the file is filed, TransitionForbidden for
    somebody else's file.
    """
    locked = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    row = WORKFLOW["submit"]
    if not row.may(actor, locked):
        raise TransitionForbidden("Ce dossier n’est pas celui de votre structure.")
    if locked.state != ApplicationState.DRAFT:
        raise StaleState("Le dossier est déposé : il ne se modifie plus.")
    unknown = set(fields) - {*FORM_FIELDS, "anonymised_declared", "accuracy_declared"}
    if unknown:
        raise TypeError(f"champs inconnus : {sorted(unknown)}")
    changed = any(getattr(locked, name) != value for name, value in fields.items())
    if changed and version and version != form_version(locked):
        at = time_fr(locked.updated_at.astimezone(clock.PARIS))
        raise FormChanged(
            f"Ces réponses ont été changées à {at}, dans un autre onglet ou par une autre personne de votre structure."
        )
    for name, value in fields.items():
        setattr(locked, name, value)
    locked.updated_at = now
    locked.save(update_fields=[*fields, "updated_at"])
    return locked


def submit_application(*, application: Application, actor: User, now: datetime, key: str) -> Application:
    """File the draft: number, frozen snapshot, receipt, e-mail. `key` is the form's token: the same form sent twice
    gives back the same filed application, even when both come at once.

    Raises TransitionRefused with the reason when something is missing or too early.
    """
    try:
        return _file(application, actor=actor, now=now, key=key)
    except StaleState:
        filed = Application.objects.get(pk=application.pk)
        if key and filed.submission_key == key:
            return filed
        raise


def _file(application: Application, *, actor: User, now: datetime, key: str) -> Application:
    with held(application), apply_row(WORKFLOW["submit"], application, actor=actor, now=now) as locked:
        day = clock.civil_date(now)
        locked.number = f"D-{day.year}-{RegisterNumber.take(f'dossier-{day.year}'):04d}"
        locked.lead_territory = locked.structure.lead_territory
        locked.submitted_at = locked.updated_at = now
        locked.submission_key = key
        locked.submitted_snapshot = selectors.snapshot(locked, today=day)
        open_to_control(panel=locked.panel, label=locked.number, due_on=instruction_due(locked, day).date)
        move_record(structure=locked.structure, stage=RecordStage.CONTROL)
        locked.receipt = _write_receipt(locked, now=now)
        start_clocks(locked, filed_on=day)
        tell_structure(
            locked,
            cause="filed",
            subject=f"Dossier {locked.number} déposé",
            body="Votre dossier est bien déposé. L’accusé d’enregistrement est dans votre espace, « Documents reçus ».",
            now=now,
        )
    return locked


def withdraw_application(*, application: Application, actor: User, now: datetime, comment: str = "") -> Application:
    """The structure gives up before the decision (T14). The moratorium of a second study may be followed anew."""
    with apply_row(WORKFLOW["withdraw"], application, actor=actor, now=now, comment=comment) as locked:
        locked.previous = None
        close_panel(panel=locked.panel)
        move_record(structure=locked.structure, stage=RecordStage.DRAFT)
        lapse_supports(structure=locked.structure, now=now)
        close_instruction(locked, reason="Demande retirée", today=clock.civil_date(now))
        stop_clocks(locked, reason="Demande retirée", today=clock.civil_date(now))
    return locked


def _write_receipt(application: Application, *, now: datetime) -> Letter:
    """The electronic registration receipt with the mentions of CRPA, art. R.112-11-1."""
    day = clock.civil_date(now)
    return write_letter(
        kind=LetterKind.REGISTRATION_RECEIPT,
        title="Accusé d’enregistrement",
        structure=application.structure,
        template="letters/registration_receipt.html",
        context=letter_context(application, filed_on=day)
        | {
            "received": {
                "certificates": application.structure.certificates.count(),
                "cers": application.panel.cers.count(),
                "referents": len(selectors.counted_referents(application, today=day)),
            },
        },
        now=now,
    )
