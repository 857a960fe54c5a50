"""Panels for the tests of the second criterion, in every stage, by small plain functions."""

from datetime import UTC, date, datetime
from typing import Any

from accounts.enums import Role
from accounts.models import Referent, User
from documents.enums import FileKind, FileState
from documents.models import StoredFile
from evaluation.enums import CerType, DrawKind, EntryAct, PanelStage, Round
from evaluation.models import Cer, Panel, PanelDraw, Scoring
from evaluation.services.journal import record
from rulebook.book import current_rulebook
from rulebook.clauses import Rulebook
from rulebook.enums import ContractType, ControlSample
from tests.factories import SERIAL, make_referent, make_structure, make_user

NOW = datetime(2026, 3, 23, 20, 42, tzinfo=UTC)


def control_apart(monkeypatch: Any) -> None:
    """The rulebook has the control drawn apart (`cer.control_sample`)."""
    usual = Rulebook.choice

    def choice(self: Rulebook, key: str) -> str:
        return ControlSample.INDEPENDENT if key == "cer.control_sample" else usual(self, key)

    monkeypatch.setattr(Rulebook, "choice", choice)


def every_line(contract_type: str = CerType.SOCIO_PROFESSIONAL) -> list[str]:
    return [line.id for line in current_rulebook().grid.lines_for(ContractType(contract_type))]


def make_file(**fields: Any) -> StoredFile:
    """A row without an object in the storage: for tests that never open it."""
    serial = next(SERIAL)
    defaults = {
        "key": f"00/{serial:032d}", "original_name": f"cer-{serial}.pdf", "content_type": "application/pdf",
        "size": 1000, "sha256": f"{serial:064d}",
        "received_sha256": f"{serial:064d}", "page_count": 2, "state": FileState.READY,
        "kind": FileKind.CER, "uploaded_at": NOW,
    }  # fmt: skip
    return StoredFile.objects.create(**{**defaults, **fields})


def make_cer(panel: Panel, referent: Referent, number: int, **fields: Any) -> Cer:
    defaults = {"contract_type": CerType.SOCIO_PROFESSIONAL, "created_at": NOW}
    if "file" not in fields:
        fields["file"] = make_file()
    return Cer.objects.create(panel=panel, referent=referent, number=number, **{**defaults, **fields})


def make_panel(
    stage: str = PanelStage.DRAFT, *, referents: int = 1, cers: int = 5, structure: Any = None, **fields: Any
) -> Panel:
    """A panel of `referents` × `cers` CERs, socio-professional, with their files."""
    structure = structure or make_structure()
    if stage != PanelStage.DRAFT:
        fields = {"label": f"D-2026-{next(SERIAL):04d}", "due_on": date(2026, 9, 16), **fields}
    panel = Panel.objects.create(
        structure=structure, rulebook_version=current_rulebook().version, stage=stage, created_at=NOW, **fields
    )
    for _ in range(referents if cers else 0):
        referent = make_referent(structure)
        for number in range(1, cers + 1):
            make_cer(panel, referent, number)
    return panel


def declare_drawn(panel: Panel, *referents: Referent) -> None:
    """Their CERs were drawn on paper: all that filing asks of the way they were chosen."""
    PanelDraw.objects.bulk_create(
        PanelDraw(
            panel=panel, referent=referent, kind=DrawKind.PAPER, number=f"T62-papier-{next(SERIAL)}",
            reason="Tirage fait en équipe.", author=member_of(panel), at=NOW,
        )
        for referent in referents
    )  # fmt: skip


def make_scoring(
    cer: Cer, round: str = Round.CONTROL, *, ticks: list[str] | None = None, author: User | None = None,
    validated: bool = True, **fields: Any,
) -> Scoring:  # fmt: skip
    """By default every line is granted: 10 out of 10."""
    scoring = Scoring.objects.create(
        cer=cer, round=round, ticks=every_line(cer.contract_type) if ticks is None else ticks,
        author=author or make_user(Role.DPID_AGENT), updated_at=NOW, validated_at=NOW if validated else None, **fields,
    )  # fmt: skip
    for act in (EntryAct.SAVED, EntryAct.VALIDATED)[: 1 + validated]:
        record(scoring, act, cer=cer, author=scoring.author, now=NOW)
    return scoring


def member_of(panel: Panel) -> User:
    return panel.structure.members.first() or make_user(Role.STRUCTURE_MEMBER, structure=panel.structure)
