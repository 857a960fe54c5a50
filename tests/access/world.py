"""One small world in which every address has an object to show: whose it is, and who is a stranger."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from accounts.enums import Role
from accounts.models import AccessRequest, Invitation, Referent, Structure, Territory, User
from accounts.services.invitations import invite_agent, invite_member, open_invitation
from applications.models import Application
from applications.services import (
    give_dpid_opinion,
    open_working_session,
    post_message,
    save_form,
    send_acknowledgement,
    withdraw_cer_file,
)
from documents.models import StoredFile
from evaluation.annex import SLUGS
from evaluation.enums import IdentifyingKind, RecusalCause
from evaluation.services import abstain, draw_panels, keep_to_sort
from labels.enums import NotificationMode
from labels.models import Decision
from labels.services import prepare_second_application, record_notification, sign_decision
from notices.enums import NoticeState
from notices.models import DemoMail, Notice
from notices.services import queue_notice
from tests.applications.builders import (
    FILED_AT,
    LATER,
    filed,
    make_certificate,
    make_draft,
    proposed,
    rule_certificates,
    score_panel,
    under_review,
    weak_ticks,
)
from tests.documents.samples import pdf
from tests.evaluation.builders import make_cer, make_file
from tests.factories import make_delegation, make_referent, make_structure, make_territory, make_user
from tests.training.plans import make_session
from tests.training.rooms import make_attestation
from training.enums import AbsenceReason, CommitmentKind, SupportKind, SupportState
from training.models import (
    AttendanceCertificate,
    LocalModule,
    PastTraining,
    RosterImport,
    SupportRequest,
    TrainingCommitment,
)
from training.services.calendars import calendar_token, renew_calendar
from training.services.catalogue import ModuleWording, add_module
from training.services.enrolments import enrol

CANARY = "Canari"
"""In the names of the owning structures, of their people, référents, contacts and files: strangers never read it."""
NOW = datetime(2026, 5, 20, 9, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class World:
    """`users` by role of tests.access.table.ROLES (None: signed out); `objects` by the names that the table uses."""

    users: dict[str, User | None]
    objects: dict[str, Any]


def build_world() -> World:
    here, elsewhere = make_territory("Boulonnais"), make_territory("Calaisis")
    structure = make_structure(f"Association {CANARY}", lead_territory=here)
    people: dict[str, User] = {
        "owner": make_user(Role.STRUCTURE_ADMIN, structure=structure, first_name=CANARY),
        "member": make_user(Role.STRUCTURE_MEMBER, structure=structure, first_name=CANARY),
        "stranger": make_user(Role.STRUCTURE_ADMIN, structure=make_structure(lead_territory=here)),
        "slai": make_user(Role.SLAI, territories=(here,)),
        "slai_elsewhere": make_user(Role.SLAI, territories=(elsewhere,)),
        "dpid_agent": make_user(Role.DPID_AGENT),
        "dpid_manager": make_user(Role.DPID_MANAGER),
        "signatory": make_user(Role.SIGNATORY),
        "administrator": make_user(Role.ADMINISTRATOR),
        "auditor": make_user(Role.AUDITOR),
    }
    make_delegation(people["signatory"])
    make_draft(member=people["stranger"])
    objects = {
        "structure": structure, "member": people["member"], "agent": people["auditor"], "mail": _demo_mail(),
        "R01": "R01", "M4": "M4", "page": 1, "text": "mentions-legales",
        **{slug: slug for slug in SLUGS},
    }  # fmt: skip
    objects |= _moratorium_then_draft(structure, people)
    objects |= _in_instruction(here, people)
    objects |= _granted(here, people)
    objects |= _people(structure, here, people)
    objects |= _training(people)
    return World({"anonymous": None, **people}, objects)


def _moratorium_then_draft(structure: Structure, people: dict[str, User]) -> dict[str, Any]:
    """The owner's first study ended in a moratorium; the second is a draft, so that every filing page has an object."""
    first = proposed(filed(_signed_with_canary(make_draft(member=people["owner"], referents=2))), good=False)
    decision = _signed(first, people)
    notification = record_notification(
        decision=decision, actor=people["dpid_agent"], mode=NotificationMode.HAND_DELIVERY,
        received_on=date(2026, 5, 13), proof=_stored(), now=NOW,
    )  # fmt: skip
    decision.moratorium.refresh_from_db()
    draft = prepare_second_application(moratorium=decision.moratorium, actor=people["owner"], now=NOW)
    referent = structure.referents.get(code="R01")
    withdrawn = first.panel.cers.first()
    withdraw_cer_file(cer=withdrawn, kind=IdentifyingKind.SITUATION, actor=people["dpid_agent"], now=NOW)
    certificate = make_certificate(referent, "M3", file=_stored())
    other = structure.referents.get(code="R02")
    draw_panels(panel=draft.panel, lists={other: ["A", "B", "C"]}, actor=people["owner"], now=NOW)
    return {
        "decided": first, "R02": other.code, "draft_draw": draft.panel.draws.get().number,
        "drawn_cer": draft.panel.cers.filter(referent=other).first(),
        "decision": decision, "letter": decision.letter, "notification": notification,
        "moratorium": decision.moratorium, "draft": draft, "draft_panel": draft.panel, "referent": referent,
        "withdrawn_cer": withdrawn,
        "draft_cer": make_cer(draft.panel, referent, 1, file=_stored(), caf_number="7654321"),
        "cer_to_sort": keep_to_sort(panel=draft.panel, file=_stored(), actor=people["owner"], now=NOW),
        "certificate": certificate, "own_support": _support(certificate, people["dpid_agent"]),
        "commitment": _commitment(referent), "plan": _plan(referent),
    }  # fmt: skip


def _in_instruction(here: Territory, people: dict[str, User]) -> dict[str, Any]:
    """A file open to the DPID's control, one in its working session, one ready to be signed: all of one territory."""
    draft = _draft(f"{CANARY} Deux", here)
    referent = draft.structure.referents.get()
    certificate = make_certificate(referent, "M3", file=_stored(), created_at=FILED_AT)
    cer = draft.panel.cers.order_by("number").first()
    cer.file, cer.caf_number = _stored(), "1234567"
    cer.save()
    commitment, plan = _commitment(referent), _plan(referent)
    running = under_review(filed(draft), agent=people["dpid_agent"])
    send_acknowledgement(application=running, actor=people["dpid_agent"], now=LATER)
    post_message(application=running, author=people["dpid_agent"], body=f"Note {CANARY}", internal=True, now=NOW)
    recusal = abstain(
        panel=running.panel, cause=RecusalCause.FAMILY, words=CANARY, actor=make_user(Role.DPID_AGENT), now=NOW
    )
    in_session = _in_session(_draft(f"{CANARY} Trois", here), agent=people["dpid_agent"])
    to_sign = proposed(filed(_draft(f"{CANARY} Quatre", here)), good=False)
    return {
        "running": running, "running_panel": running.panel, "running_recusal": recusal,
        "running_draw": running.panel.draws.get().number, "running_cer": cer, "running_certificate": certificate,
        "running_support": _support(certificate, people["dpid_agent"], file=_stored(), state=SupportState.ANSWERED),
        "running_commitment": commitment, "running_plan": plan, "in_session": in_session,
        "session_cer": in_session.panel.cers.first(), "to_sign": to_sign,
    }  # fmt: skip


def _in_session(draft: Application, *, agent: User) -> Application:
    application = under_review(filed(draft), agent=agent)
    rule_certificates(application, agent=agent)
    score_panel(application, agent=agent, ticks=weak_ticks())
    give_dpid_opinion(application=application, actor=agent, favourable=False, statement="Non.", now=LATER)
    open_working_session(application=application, actor=agent, planned_on=None, now=LATER)
    return application


def _support(certificate: AttendanceCertificate, agent: User, **fields: Any) -> SupportRequest:
    """The programme of a training, asked for."""
    return SupportRequest.objects.create(
        certificate=certificate, kind=SupportKind.PROGRAMME, words=f"Programme {CANARY}", due_on=date(2027, 3, 1),
        asked_by=agent, asked_at=NOW, **fields,
    )  # fmt: skip


def _granted(here: Territory, people: dict[str, User]) -> dict[str, Any]:
    """Signed and not yet notified."""
    decision = _signed(proposed(filed(_draft(f"{CANARY} Cinq", here))), people)
    return {"to_notify": decision, "label": decision.label, "code": decision.label.check_code}


def _training(people: dict[str, User]) -> dict[str, Any]:
    """A session open to all territories, with somebody of the owner's, and the owner's calendar."""
    session = make_session("M3", actor=people["dpid_agent"], first=date(2026, 12, 8), now=NOW)
    referent = make_referent(people["owner"].structure, first_name=CANARY, funded=False)
    enrolment = enrol(session=session, referents=[referent], actor=people["owner"], now=NOW)[0]
    link = renew_calendar(user=people["owner"], now=NOW)
    attestation = make_attestation(people["dpid_agent"], people["owner"], referent)
    return {
        "module": _module(people["dpid_agent"]),
        "session": session, "enrolment": enrolment, "calendar": calendar_token(link), "attestation": attestation,
        "past_training": _past_training(people["owner"], referent),
        "past_enrolment": attestation.enrolment, "attestation_code": attestation.check_code,
    }  # fmt: skip


def _module(agent: User) -> LocalModule:
    """One that the Département adds to Annex 1."""
    wording = ModuleWording(
        title="Mobilité en milieu rural", short_title="Mobilité", category="information",
        objectives=["Connaître les aides"],
        territories=[], starts_on=date(2026, 1, 1),
    )  # fmt: skip
    return add_module(wording=wording, actor=agent, now=NOW).module


def _past_training(owner: User, referent: Referent) -> PastTraining:
    """A training of the owner's spreadsheet, whose attestation is still to come."""
    brought = RosterImport.objects.create(structure=owner.structure, author=owner, at=NOW, referents=0, trainings=1)
    return PastTraining.objects.create(
        referent=referent, module="M1", followed_on=date(2026, 2, 3), provider=CANARY, brought_by=brought
    )


def _people(structure: Structure, here: Territory, people: dict[str, User]) -> dict[str, Any]:
    invitation = invite_member(
        invited_by=people["owner"], email="canari@exemple.fr", role=Role.STRUCTURE_MEMBER, now=NOW
    )
    agent_invitation = invite_agent(
        invited_by=people["administrator"], email="agent@exemple.fr", role=Role.AUDITOR, territories=(), now=NOW
    )
    _, token = open_invitation(
        email="entrante@exemple.fr", role=Role.AUDITOR, invited_by=people["administrator"], now=NOW
    )
    request = AccessRequest.objects.create(
        siret=structure.siret, structure_name=CANARY, territory=here, first_name="A", last_name="B",
        email="demande@exemple.fr", created_at=NOW,
    )  # fmt: skip
    notice, failed = (
        queue_notice(key=key, recipient=people["owner"], subject=CANARY, body="x", structure=structure, now=NOW)
        for key in ("access", "failed")
    )
    Notice.objects.filter(pk=failed.pk).update(state=NoticeState.FAILED)
    return {
        "invitation": Invitation.objects.get(pk=invitation.pk), "agent_invitation": agent_invitation,
        "token": token,
        "access_request": request, "notice": notice, "failed_notice": failed,
    }  # fmt: skip


def _draft(name: str, here: Territory) -> Application:
    return _signed_with_canary(make_draft(structure=make_structure(name, lead_territory=here)))


def _signed_with_canary(draft: Application) -> Application:
    """Its référents, its contact and its files bear the canary's name."""
    draft.structure.referents.update(last_name=CANARY)
    member = draft.structure.members.first()
    member.first_name = CANARY
    member.save()
    for file in StoredFile.objects.filter(pk__in=draft.structure.certificates.values("file")):
        file.original_name = f"{CANARY}-{file.pk}.pdf"
        file.save()
    return save_form(
        application=draft, actor=member, now=FILED_AT, contact_name=f"Contact {CANARY}",
        contact_email="contact.canari@exemple.fr", mission=f"Mission {CANARY}",
    )  # fmt: skip


def _commitment(referent: Referent) -> TrainingCommitment:
    return TrainingCommitment.objects.create(
        structure=referent.structure, referent=referent, obligation="M4", kind=CommitmentKind.ABSENCE,
        absence_reason=AbsenceReason.ANNUAL_LEAVE, session_on=date(2026, 9, 1), due_on=date(2027, 5, 1),
        proof=_stored(), created_at=FILED_AT,
    )  # fmt: skip


def _plan(referent: Referent) -> TrainingCommitment:
    return TrainingCommitment.objects.create(
        structure=referent.structure, referent=referent, obligation="OPT", kind=CommitmentKind.NEWCOMER,
        due_on=date(2027, 5, 1), proof=_stored(), created_at=FILED_AT,
    )  # fmt: skip


def _stored() -> StoredFile:
    """A file that can be served: its bytes are in the storage."""
    content = pdf(CANARY)
    digest = sha256(content).hexdigest()
    file = make_file(page_count=1, size=len(content), sha256=digest, original_name=f"{CANARY}.pdf")
    default_storage.save(file.key, ContentFile(content))
    return file


def _demo_mail() -> DemoMail:
    return DemoMail.objects.create(sent_at=NOW, sender="a@exemple.fr", recipients="b@exemple.fr", subject="x", body="x")


def _signed(application: Application, people: dict[str, User]) -> Decision:
    return sign_decision(
        application=application, actor=people["signatory"], prepared_at=application.proposal.prepared_at, now=LATER
    )
