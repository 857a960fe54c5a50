"""Panels of CERs open to the DPID's control, written in bulk."""

from collections.abc import Sequence
from datetime import date, datetime

from accounts.enums import LegalForm, Role
from accounts.models import Referent, Structure, Territory, User
from documents.enums import FileKind, FileState
from documents.models import StoredFile
from evaluation.enums import CerType, PanelStage, Round
from evaluation.models import Cer, Panel, Scoring
from rulebook.book import get_rulebook
from rulebook.enums import ContractType

VERSION = "2024-10"
PER_REFERENT = 5


def fill_panels(sizes: Sequence[int], *, now: datetime) -> User:
    """One panel for each size, in this order; the DPID agent who scored every other CER, from the second on."""
    territory = Territory.objects.first() or Territory.objects.create(name="Territoire", slug="territoire")
    agent = User.objects.create_user("agent@exemple.fr", role=Role.DPID_AGENT, first_name="Camille", last_name="Agent")
    for rank, size in enumerate(sizes):
        _panel(rank, size, territory, agent, now)
    return agent


def _panel(rank: int, size: int, territory: Territory, agent: User, now: datetime) -> None:
    structure = Structure.objects.create(
        name=f"Association de la mesure n° {rank}", siret=f"{512900019 * 10**5 + rank}",
        legal_form=LegalForm.ASSOCIATION, address="1 rue", postal_code="62000", city="Arras", lead_territory=territory,
    )  # fmt: skip
    panel = Panel.objects.create(
        structure=structure, rulebook_version=VERSION, stage=PanelStage.CONTROL, due_on=date(2027, 1, 1 + rank),
        label=f"D-2026-{rank:04d}", created_at=now,
    )  # fmt: skip
    referents = Referent.objects.bulk_create(
        Referent(
            structure=structure,
            code=f"R{number + 1:03d}",
            first_name="Sacha",
            last_name=f"Mesure {number}",
            arrived_on=date(2024, 1, 1),
        )
        for number in range(size // PER_REFERENT)
    )
    files = StoredFile.objects.bulk_create(_file(rank, number, now) for number in range(size))
    cers = Cer.objects.bulk_create(
        Cer(
            panel=panel, referent=referents[number // PER_REFERENT], number=number % PER_REFERENT + 1,
            contract_type=CerType.values[number % 2], file=files[number], created_at=now,
        )
        for number in range(size)
    )  # fmt: skip
    Scoring.objects.bulk_create(
        Scoring(cer=cer, round=Round.CONTROL, ticks=_ticks(cer, number), author=agent, updated_at=now, validated_at=now)
        for number, cer in enumerate(cers)
        if number % 2
    )


def _ticks(cer: Cer, number: int) -> list[str]:
    lines = get_rulebook(VERSION).grid.lines_for(ContractType(cer.contract_type))
    return [line.id for rank, line in enumerate(lines) if number * 7 >> rank & 1 or rank % 3]


def _file(panel: int, number: int, now: datetime) -> StoredFile:
    mark = f"{panel:02d}{number:06d}"
    return StoredFile(
        key=f"00/{mark:0>32}", original_name=f"cer-{mark}.pdf", content_type="application/pdf", size=1000,
        sha256=f"{mark:0>64}", received_sha256=f"{mark:0>64}", page_count=2, state=FileState.READY, kind=FileKind.CER,
        uploaded_at=now,
    )  # fmt: skip
