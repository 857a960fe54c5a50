"""What a structure puts in its file, with real PDFs: attestations, CERs and their self-evaluation."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from io import BytesIO
from typing import Any

from django.core.files.base import File

from accounts.models import Referent, User
from applications import uploads
from applications.models import Application
from applications.selectors import counted_referents, rulebook_of
from core import clock
from documents import receiving
from documents.enums import FileKind
from documents.services import store_content
from evaluation.enums import Round
from evaluation.models import Cer
from evaluation.services import add_cer, declare_paper_draw, draw_panels, validate_scoring
from label_portal.demo.press import Press
from label_portal.sample.certificates import certificate_pdf
from label_portal.sample.contracts import CerSample, cer_pdf, cer_sample, leaking_cer_pdf
from label_portal.sample.files import encrypted_pdf
from label_portal.sample.people import PROVIDERS
from rulebook.clauses import Rulebook
from training.services import Placing, add_certificate, assign_certificate
from training.sorting import Guess

LEAK = "Mme Odile Vandeputte, joignable au 06 12 34 56 42, est hébergée par sa sœur."
FOLLOWED = (date(2024, 3, 14), date(2024, 5, 22), date(2024, 6, 6), date(2023, 10, 3), date(2024, 1, 18))


@dataclass(frozen=True, slots=True)
class CerPlan:
    """Which sample contract stands for which CER; the same arguments give the same PDF, in whatever structure."""

    reference: str
    contract_type: str
    quality: str
    seed: int
    edited_on: date

    @property
    def draw(self) -> partial[CerSample]:
        return partial(
            cer_sample,
            reference=self.reference,
            contract_type=self.contract_type,
            quality=self.quality,
            seed=self.seed,
            edited_on=self.edited_on,
        )


@dataclass(frozen=True, slots=True)
class CertificatePlan:
    person: str
    module: str
    title: str
    part: int | None
    part_title: str
    followed_on: date
    provider: str
    objectives: tuple[str, ...]

    @property
    def draw(self) -> partial[bytes]:
        return partial(
            certificate_pdf,
            person=self.person,
            module_title=self.title,
            part=self.part_title,
            dates=[self.followed_on],
            hours=7,
            provider=self.provider,
            objectives=self.objectives,
        )


def plan_cers(referents: Iterable[Referent], *, quality: str, filed_on: date, per_referent: int = 5) -> list[CerPlan]:
    """The files of one half-year have contracts edited two months before it: fewer of them to draw."""
    qualities = {"good": ("good", "fair", "good", "good", "good"), "weak": ("weak", "fair", "good", "weak", "weak")}
    edited = date(filed_on.year, 1 if filed_on.month < 7 else 7, 1) - timedelta(days=60)
    return [
        CerPlan(
            reference=f"{referent.code}-CER{number}",
            contract_type="solidarity" if (rank + number) % 3 == 0 else "socio_professional",
            quality=qualities[quality][number - 1],
            seed=rank * 5 + number,
            edited_on=edited,
        )
        for rank, referent in enumerate(referents)
        for number in range(1, per_referent + 1)
    ]


OUTSIDE: dict[str, Any] = {
    "is_equivalence": True,
    "course": "Secret professionnel",
    "edition": "2023",
    "hours": 7,
}


def plan_certificates(referent: Referent, rulebook: Rulebook) -> list[CertificatePlan]:
    modules = (*rulebook.compulsory_modules, rulebook.module("O1"))
    return [
        CertificatePlan(
            person=str(referent),
            module=module.id,
            title=module.title,
            part=part if module.parts else None,
            part_title=module.parts[part - 1] if module.parts else "",
            followed_on=FOLLOWED[rank % len(FOLLOWED)],
            provider=PROVIDERS[rank % len(PROVIDERS)],
            objectives=module.objectives[:3],
        )
        for rank, module in enumerate(modules)
        for part in module.part_numbers
    ]


def add_certificates(
    application: Application,
    *,
    press: Press,
    actor: User,
    now: datetime,
    without: Iterable[tuple[str, str]] = (),
    outside: Iterable[tuple[str, str]] = (),
) -> None:
    """One attestation per référent and obligation, except `without` (référent code, module); `outside`: that of the
    same course, followed outside the plan."""
    rulebook = rulebook_of(application)
    for referent in counted_referents(application, today=clock.civil_date(now)):
        for plan in plan_certificates(referent, rulebook):
            if (referent.code, plan.module) in set(without):
                continue
            part = f"-p{plan.part}" if plan.part else ""
            file = store_content(
                content=press.fetch(plan),
                name=f"attestation-{plan.module}{part}-{referent.last_name}.pdf",
                kind=FileKind.ATTESTATION,
                structure=application.structure,
                actor=actor,
                now=now,
            )
            certificate = add_certificate(
                structure=application.structure, file=file, guess=Guess(), actor=actor, now=now
            )
            assign_certificate(
                certificate=certificate,
                placing=replace(
                    Placing(referent, plan.module, plan.part, plan.followed_on, plan.provider),
                    **(OUTSIDE if (referent.code, plan.module) in set(outside) else {}),
                ),
                rulebook=rulebook,
                actor=actor,
                today=clock.civil_date(now),
            )


def draw_cers(
    application: Application, plans: Iterable[CerPlan], *, on_paper: Iterable[str] = (), actor: User, now: datetime
) -> None:
    """Each référent's list, and its draw; `on_paper`: those whose team drew by itself."""
    codes = sorted({plan.reference.split("-")[0] for plan in plans})
    referents = {one.code: one for one in application.structure.referents.filter(code__in=codes)}
    lists = {
        referents[code]: [f"{now.year}-{10 * rank + number:03}" for number in range(1, 8 + 3 * rank)]
        for rank, code in enumerate(codes, 1)
        if code not in on_paper
    }
    draw_panels(panel=application.panel, lists=lists, actor=actor, now=now)
    if people := [referents[code] for code in on_paper]:
        declare_paper_draw(
            panel=application.panel, referents=people, actor=actor, now=now,
            reason="Tirage fait en réunion d’équipe, le réseau étant coupé\u00a0: numéros tirés d’une enveloppe devant "
            "la directrice et deux référents.",
        )  # fmt: skip


def add_cers(application: Application, plans: Iterable[CerPlan], *, press: Press, actor: User, now: datetime) -> None:
    """The CERs and their self-evaluation, as kind as people are with themselves: the remark always granted."""
    referents = {referent.code: referent for referent in application.structure.referents.all()}
    for plan in plans:
        sample = press.fetch(plan)
        code = plan.reference.split("-")[0]
        file = store_content(
            content=sample.pdf, name=f"{plan.reference}.pdf", kind=FileKind.CER, structure=application.structure,
            actor=actor, now=now,
        )  # fmt: skip
        cer = add_cer(
            panel=application.panel, referent=referents[code], number=int(plan.reference[-1]), file=file,
            contract_type=plan.contract_type, actor=actor, now=now,
        )  # fmt: skip
        ticks = {*sample.expected_ticks, "remark_present", "remark_situation", "secrecy_respected"}
        validate_scoring(cer=cer, round=Round.SELF, ticks=ticks, comment="", actor=actor, now=now, version=0)


def add_unready_cers(application: Application, *, code: str, edited_on: date, actor: User, now: datetime) -> None:
    """Three contracts of the référent `code` as people send them: one with a name left in it, one locked by a
    password, one that does not say for whom it is. They go the whole way of an upload."""
    made: dict[str, Any] = {"contract_type": "socio_professional", "edited_on": edited_on}
    files = {
        f"{code}-CER2.pdf": leaking_cer_pdf(reference=f"{code}-CER2", leak=LEAK, **made),
        f"{code}-CER3.pdf": encrypted_pdf()[1],
        "contrat-accompagnement.pdf": cer_pdf(reference="Sans référence", seed=7, **made),
    }
    for name, content in files.items():
        uploads.receive_cer(
            application=application, upload=File(BytesIO(content), name), referent=None, actor=actor, now=now,
            today=clock.civil_date(now),
        )  # fmt: skip
    receiving.examine_all(now=lambda: now)


def score(application: Application, plans: Iterable[CerPlan], *, press: Press, actor: User, now: datetime) -> None:
    """The DPID's grid of each planned CER: the ticks that the contract deserves."""
    cers = {
        f"{cer.referent.code}-CER{cer.number}": cer
        for cer in Cer.objects.filter(panel=application.panel_id).select_related("referent")
    }
    for plan in plans:
        ticks = press.fetch(plan).expected_ticks
        validate_scoring(
            cer=cers[plan.reference], round=Round.CONTROL, ticks=ticks,
            comment="" if "secrecy_respected" in ticks else "Un élément n’est pas nécessaire à la compréhension.",
            actor=actor, now=now, version=0,
        )  # fmt: skip
