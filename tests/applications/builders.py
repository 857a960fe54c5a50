"""Files in any state of their life, brought there through the services as people would."""

from datetime import UTC, date, datetime
from typing import Any

from accounts.enums import Role
from accounts.models import User
from applications import services
from applications.enums import Outcome
from applications.models import Application
from evaluation.enums import Round
from evaluation.models import Cer
from tests.evaluation.builders import declare_drawn, every_line, make_cer, make_file, make_scoring
from tests.factories import make_referent, make_structure, make_user
from training.enums import CertificateState
from training.models import AttendanceCertificate

FILED_AT = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 4, 20, 9, 0, tzinfo=UTC)
OBLIGATIONS = (("M1", None), ("M2", 1), ("M2", 2), ("M3", None), ("M4", None), ("O1", None))


def make_draft(
    *, referents: int = 1, trained: bool = True, scored: bool = True, cers: int = 5, now: datetime = FILED_AT,
    structure: Any = None, member: User | None = None,
) -> Application:  # fmt: skip
    """A draft with nothing missing: référents, attestations, CERs and their self-evaluation."""
    structure = structure or (member.structure if member else make_structure())
    member = member or make_user(Role.STRUCTURE_ADMIN, structure=structure)
    application = services.open_application(structure=structure, actor=member, now=now)
    existing = list(structure.referents.all())
    for referent in existing or [make_referent(structure) for _ in range(referents)]:
        for module, part in OBLIGATIONS if trained and not existing else ():
            make_certificate(referent, module, part)
        for number in range(1, cers + 1):
            cer = make_cer(application.panel, referent, number)
            if scored:
                make_scoring(cer, Round.SELF, author=member)
    declare_drawn(application.panel, *structure.referents.all())
    return services.save_form(
        application=application,
        actor=member,
        now=now,
        mission="Accompagnement socioprofessionnel.",
        contact_name="Claire Vasseur",
        contact_email="claire@exemple.fr",
        anonymised_declared=True,
        accuracy_declared=True,
    )


def make_certificate(referent: Any, module: str, part: int | None = None, **fields: Any) -> AttendanceCertificate:
    defaults = {
        "structure": referent.structure, "file": make_file(), "state": CertificateState.TO_CHECK,
        "followed_on": date(2024, 3, 14), "created_at": FILED_AT,
    }  # fmt: skip
    return AttendanceCertificate.objects.create(referent=referent, module=module, part=part, **{**defaults, **fields})


def filed(application: Application | None = None, *, now: datetime = FILED_AT, **fields: Any) -> Application:
    application = application or make_draft(now=now, **fields)
    member = application.structure.members.first()
    return services.submit_application(application=application, actor=member, now=now, key=f"key-{application.pk}")


def under_review(application: Application | None = None, *, agent: User | None = None, **fields: Any) -> Application:
    return services.declare_complete(
        application=application or filed(**fields), actor=agent or make_user(Role.DPID_AGENT), now=FILED_AT
    )


def rule_certificates(application: Application, *, agent: User, refused: tuple[str, ...] = ()) -> None:
    for certificate in application.structure.certificates.all():
        certificate.state = CertificateState.REFUSED if certificate.module in refused else CertificateState.ACCEPTED
        certificate.reason = "Objectifs non couverts." if certificate.module in refused else ""
        certificate.ruled_by, certificate.ruled_at = agent, LATER
        certificate.save()


def score_panel(application: Application, *, agent: User, ticks: list[str] | None = None) -> None:
    for cer in Cer.objects.filter(panel=application.panel):
        make_scoring(cer, Round.CONTROL, author=agent, ticks=ticks)


def weak_ticks() -> list[str]:
    """Every line but the remark's: 6,5 out of 10."""
    return [line for line in every_line() if not line.startswith("remark")]


def opined(
    application: Application | None = None, *, good: bool = True, refused: tuple[str, ...] = (), **fields: Any
) -> Application:
    """Both opinions given, through the working session when the mean is under the threshold."""
    agent = make_user(Role.DPID_AGENT)
    application = under_review(application, agent=agent, **fields)
    slai = make_user(Role.SLAI, territories=(application.lead_territory,))
    rule_certificates(application, agent=agent, refused=refused)
    score_panel(application, agent=agent, ticks=None if good else weak_ticks())
    services.give_dpid_opinion(
        application=application, actor=agent, favourable=good, statement="Avis de la DPID.", now=LATER
    )
    if not good:
        services.open_working_session(application=application, actor=agent, planned_on=None, now=LATER)
        services.close_working_session(
            application=application, actor=agent, held_on=date(2026, 4, 17), participants="DPID, SLAI",
            minutes="Cotations confirmées.", now=LATER,
        )  # fmt: skip
    services.give_slai_opinion(
        application=application, actor=slai, favourable=good, statement="Avis du SLAI.", now=LATER
    )
    return Application.objects.get(pk=application.pk)


def proposed(application: Application | None = None, *, good: bool = True, **fields: Any) -> Application:
    application = opined(application, good=good, **fields)
    adverse = Outcome.REFUSAL if application.study == 2 else Outcome.MORATORIUM
    services.prepare_proposal(
        application=application,
        actor=make_user(Role.DPID_AGENT),
        outcome=Outcome.GRANT if good else adverse,
        training_reasons="R01 : module « Public féminin » non justifié (point 5-1)." if fields.get("refused") else "",
        cer_reasons="" if good else "Moyenne de 65 %, sous le seuil de 80 % (point 5-2).",
        now=LATER,
    )
    return Application.objects.get(pk=application.pk)
