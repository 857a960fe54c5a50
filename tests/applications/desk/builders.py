"""Files in every state, written straight as the services leave them: for lists and pages, where walking through the
services (a receipt drawn at each filing) would take too long."""

from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.enums import Role
from accounts.models import User
from applications.enums import DECIDED, UNDER_REVIEW, ApplicationKind, ApplicationState, OpinionBody, Outcome
from applications.models import Application, Opinion, Proposal, WorkingSession
from core import clock
from documents.enums import LetterKind
from documents.models import Letter
from evaluation.enums import PanelStage, Round
from notices.services import open_deadline
from rulebook import calendar
from rulebook.book import current_rulebook
from tests.applications.builders import OBLIGATIONS, make_certificate
from tests.evaluation.builders import make_file, make_panel, make_scoring
from tests.factories import SERIAL, make_structure, make_user
from training.enums import CertificateState, RecordStage
from training.records import move_record

NOW = datetime(2026, 3, 23, 9, 0, tzinfo=UTC)
FILED = datetime(2026, 3, 16, 20, 12, tzinfo=UTC)
S = ApplicationState
STAGES = {
    S.DRAFT: PanelStage.DRAFT,
    S.SUBMITTED: PanelStage.CONTROL,
    S.DPID_REVIEW: PanelStage.CONTROL,
    S.WORKING_SESSION: PanelStage.SESSION,
}
RECORD_STAGES = {
    S.SUBMITTED: RecordStage.CONTROL,
    S.DPID_REVIEW: RecordStage.CONTROL,
    **dict.fromkeys(DECIDED, RecordStage.DRAFT),
}
AFTER_DPID = {S.SLAI_REVIEW, S.WORKING_SESSION, S.PROPOSAL, *DECIDED}
AFTER_SLAI = {S.PROPOSAL, *DECIDED}


def make_application(
    state: str = S.DPID_REVIEW,
    *,
    referents: int = 1,
    cers: int = 5,
    filed_at: datetime = FILED,
    met: bool = True,
    ruled: bool = True,
    scored: bool = True,
    **fields: Any,
) -> Application:
    """A file in `state`. `met`: every CER has all its points, else none; `ruled`, `scored`: the DPID has done so.

    The référents hold the five attestations. Opinions, session and proposal are there when the state is past them.
    """
    structure = fields.pop("structure", None) or make_structure()
    panel = make_panel(STAGES.get(state, PanelStage.CLOSED), referents=referents, cers=cers, structure=structure)
    serial = next(SERIAL)
    values: dict[str, Any] = {
        "structure": structure,
        "lead_territory": structure.lead_territory,
        "rulebook_version": current_rulebook().version,
        "panel": panel,
        "state": state,
        "created_at": filed_at - timedelta(days=30),
        "updated_at": filed_at,
    }
    if state != S.DRAFT:
        values |= {
            "number": f"D-{filed_at.year}-{serial:04d}",
            "submitted_at": filed_at,
            "submitted_snapshot": {"rulebook": current_rulebook().version},
        }
    if state not in {S.DRAFT, S.SUBMITTED}:
        values["complete_on"] = clock.civil_date(filed_at)
        values["acknowledgement"] = Letter.objects.create(
            number=f"L-{filed_at.year}-{serial:05d}", kind=LetterKind.ACKNOWLEDGEMENT, title="Accusé de réception",
            structure=structure, pdf=make_file(), html="", created_at=filed_at,
        )  # fmt: skip
    if state in DECIDED:
        values["decided_at"] = filed_at + timedelta(days=60)
    if state == S.REFUSED and "previous" not in fields:
        fields["previous"] = make_application(S.MORATORIUM, structure=structure, referents=0)
    if fields.get("previous"):
        fields |= {"kind": ApplicationKind.SECOND, "study": 2}
    application = Application.objects.create(**{**values, **fields})
    _fill(application, met=met, ruled=ruled, scored=scored)
    return application


def _fill(application: Application, *, met: bool, ruled: bool, scored: bool) -> None:
    state = application.state
    if state == S.DRAFT:
        return
    move_record(structure=application.structure, stage=RECORD_STAGES.get(state, RecordStage.CLOSED))
    agent = make_user(Role.DPID_AGENT)
    ruling = {"state": CertificateState.ACCEPTED, "ruled_by": agent, "ruled_at": NOW}
    for referent in application.structure.referents.all():
        for module, part in OBLIGATIONS:
            make_certificate(referent, module, part, **(ruling if ruled else {}))
    if scored and state != S.SUBMITTED:
        for cer in application.panel.cers.all():
            make_scoring(cer, Round.CONTROL, ticks=None if met else [], author=agent)
    if state in UNDER_REVIEW - {S.SUBMITTED}:
        open_instruction(application)
    if state in AFTER_DPID:
        make_opinion(application, OpinionBody.DPID, favourable=met, author=agent)
    if state in AFTER_SLAI:
        make_opinion(application, OpinionBody.SLAI, favourable=met)
    if state == S.WORKING_SESSION:
        WorkingSession.objects.create(application=application, convened_at=NOW)
    if state in DECIDED:
        outcome = {S.GRANTED: Outcome.GRANT, S.MORATORIUM: Outcome.MORATORIUM, S.REFUSED: Outcome.REFUSAL}[state]
        make_proposal(application, outcome, prepared_by=agent)


def open_instruction(application: Application) -> None:
    months = current_rulebook().integer("instruction.months")
    open_deadline(
        kind="instruction",
        subject_id=application.pk,
        structure=application.structure,
        territory=application.lead_territory,
        due=calendar.instruction_limit(application.complete_on, months=months),
        today=application.complete_on,
    )


def make_opinion(
    application: Application, body: str, *, favourable: bool = True, author: User | None = None
) -> Opinion:
    if author is None:
        author = (
            make_user(Role.DPID_AGENT) if body == OpinionBody.DPID
            else make_user(Role.SLAI, territories=(application.lead_territory,))
        )  # fmt: skip
    return Opinion.objects.create(
        application=application, body=body, favourable=favourable, author=author, signed_at=NOW,
        statement="Les deux critères sont atteints." if favourable else "La moyenne des CER est sous le seuil.",
    )  # fmt: skip


def make_proposal(application: Application, outcome: str, *, prepared_by: User | None = None) -> Proposal:
    adverse = outcome != Outcome.GRANT
    return Proposal.objects.create(
        application=application, outcome=outcome, prepared_by=prepared_by or make_user(Role.DPID_AGENT),
        prepared_at=NOW, cer_reasons="La moyenne des CER est sous le seuil." if adverse else "",
    )  # fmt: skip


def slai_of(application: Application) -> User:
    return make_user(Role.SLAI, territories=(application.lead_territory,))
