"""Drafts on their way, by small plain functions; tests.applications.builders gives the complete ones."""

from datetime import UTC, date, datetime
from typing import Any

from accounts.enums import Role
from accounts.models import Referent, Structure, User
from applications import services
from applications.models import Application
from documents.services import store_content
from evaluation import services as evaluation
from evaluation.enums import CerType
from evaluation.models import Cer
from tests.documents.samples import pdf
from tests.evaluation.builders import declare_drawn, make_file
from tests.factories import make_referent, make_structure, make_user
from training.enums import CertificateState
from training.models import AttendanceCertificate

NOW = datetime(2026, 2, 10, 9, 0, tzinfo=UTC)
TODAY = date(2026, 2, 10)
MODULES = ("M1", "M2", "M3", "M4", "O1")
FORM = {
    "mission": "Nous accompagnons 300 allocataires du RSA dans le Boulonnais.",
    "contact_name": "Claire Vasseur",
    "contact_email": "claire.vasseur@exemple.fr",
    "contact_phone": "",
}


def open_draft(*, referents: int = 0, structure: Structure | None = None, now: datetime = NOW) -> Application:
    """An open draft, with référents who owe everything."""
    structure = structure or make_structure("Association Les Amarres")
    for _ in range(referents):
        make_referent(structure)
    return services.open_application(structure=structure, actor=member_of(structure), now=now)


def member_of(structure: Structure) -> User:
    return structure.members.first() or make_user(Role.STRUCTURE_ADMIN, structure=structure)


def certify(referent: Referent, module: str, **fields: Any) -> AttendanceCertificate:
    defaults = {"state": CertificateState.TO_CHECK, "created_at": NOW, "followed_on": date(2024, 3, 14)}
    if "file" not in fields:
        fields["file"] = make_file(original_name=f"{referent.code}-{module}.pdf")
    return AttendanceCertificate.objects.create(
        structure=referent.structure, referent=referent, module=module, **{**defaults, **fields}
    )


def drawn_on_paper(draft: Application) -> Application:
    """Each référent's team has drawn its CERs: their files may come in."""
    declare_drawn(draft.panel, *draft.structure.referents.exclude(draws__panel=draft.panel))
    return draft


def add_cers(draft: Application, count: int = 5, *, real: bool = False, **fields: Any) -> list[Cer]:
    """`count` CERs for each référent; `real`: with a file that can be opened."""
    actor = member_of(drawn_on_paper(draft).structure)
    return [
        evaluation.add_cer(
            panel=draft.panel,
            referent=referent,
            file=store_content(content=pdf(f"{referent.code}-CER{n}"), name="cer.pdf", actor=actor, now=NOW)
            if real
            else make_file(),
            actor=actor,
            now=NOW,
            **{"contract_type": CerType.SOCIO_PROFESSIONAL, **fields},
        )
        for referent in draft.structure.referents.order_by("code")
        for n in range(1, count + 1)
    ]
