"""Thousands of files in mixed states, written in bulk: enough for the lists, never for a demonstration."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any

from accounts.enums import LegalForm, Role
from accounts.models import Referent, Structure, Territory, User
from applications.enums import DECIDED, UNDER_REVIEW, ApplicationKind, OpinionBody, Outcome
from applications.enums import ApplicationState as S
from applications.models import Application, Opinion, Proposal, WorkingSession
from documents.enums import FileKind, FileState
from documents.models import StoredFile
from evaluation.enums import PanelStage, Round
from evaluation.models import Cer, Panel, Scoring
from label_portal.territories import ensure_territories
from notices.models import Deadline
from training.enums import CertificateState
from training.models import AttendanceCertificate

VERSION = "2024-10"
CERS = 5
MODULES = (("M1", None), ("M2", 1), ("M2", 2), ("M3", None), ("M4", None), ("O1", None))
INSTRUCTION = timedelta(days=182)
BATCH = 2000
# One line per structure: its files, the second being the study after a moratorium.
LIVES = (
    (S.GRANTED,), (S.DPID_REVIEW,), (S.GRANTED,), (S.SUBMITTED,), (S.MORATORIUM, S.GRANTED), (S.SLAI_REVIEW,),
    (S.GRANTED,), (S.DPID_REVIEW,), (S.MORATORIUM,), (S.GRANTED,), (S.PROPOSAL,), (S.MORATORIUM, S.DPID_REVIEW),
    (S.GRANTED,), (S.WORKING_SESSION,), (S.MORATORIUM, S.REFUSED), (S.GRANTED,), (S.DPID_REVIEW,), (S.SLAI_REVIEW,),
)  # fmt: skip
AFTER_DPID = {S.SLAI_REVIEW, S.WORKING_SESSION, S.PROPOSAL, *DECIDED}
AFTER_SLAI = {S.PROPOSAL, *DECIDED}


def fill(number: int, *, now: datetime) -> User:
    """Write `number` files with their structures, pieces, opinions and deadlines; a DPID agent who reads them all."""
    ensure_territories()
    agents = [
        User.objects.create_user(
            f"agent{rank}@exemple.fr", role=Role.DPID_AGENT, first_name="Camille", last_name=f"Agent {rank}"
        )
        for rank in range(4)
    ]
    plan = list(_plan(number))
    structures = _structures(1 + max(owner for owner, _, _ in plan))
    files = _files(plan, structures, agents, now=now)
    _pieces(structures, agents[0], now=now)
    _cers(files, agents[0])
    _instruction(files, agents[0])
    return agents[0]


def _plan(number: int) -> Iterator[tuple[int, S, int]]:
    """(rank of the structure, state, study)"""
    left = number
    for owner, life in enumerate(cycle(LIVES)):
        for study, state in enumerate(life[:left], 1):
            yield owner, state, study
            left -= 1
        if not left:
            return


def _structures(number: int) -> list[Structure]:
    territories = list(Territory.objects.order_by("pk"))
    return Structure.objects.bulk_create(
        [
            Structure(
                name=f"Association d’accompagnement n° {rank:05d}",
                siret=f"{77 * 10**12 + rank}",
                legal_form=LegalForm.ASSOCIATION,
                address="1 quai des Essais",
                city="Boulogne-sur-Mer",
                lead_territory=territories[rank % len(territories)],
            )
            for rank in range(number)
        ],
        batch_size=BATCH,
    )


def _files(
    plan: list[tuple[int, S, int]], structures: list[Structure], agents: list[User], *, now: datetime
) -> list[Application]:
    panels = Panel.objects.bulk_create(
        [
            Panel(
                structure=structures[owner],
                rulebook_version=VERSION,
                stage=PanelStage.CONTROL if state in {S.SUBMITTED, S.DPID_REVIEW} else PanelStage.CLOSED,
                due_on=now.date(),
                label=f"D-{rank:05d}",
                created_at=now,
            )
            for rank, (owner, state, _) in enumerate(plan)
        ],
        batch_size=BATCH,
    )
    files: list[Application] = []
    for rank, ((owner, state, study), panel) in enumerate(zip(plan, panels, strict=True)):
        file = _file(rank, state, structures[owner], panel, agents, now=now)
        if study == 2:
            file.kind, file.study = ApplicationKind.SECOND, 2
        files.append(file)
    firsts = Application.objects.bulk_create([file for file in files if file.study == 1], batch_size=BATCH)
    by_structure = {file.structure_id: file for file in firsts}
    for file in files:
        if file.study == 2:
            file.previous = by_structure[file.structure_id]
    Application.objects.bulk_create([file for file in files if file.study == 2], batch_size=BATCH)
    return files


def _file(rank: int, state: S, structure: Structure, panel: Panel, agents: list[User], *, now: datetime) -> Application:
    """Under review: filed within the year, some of them late. Decided: longer ago."""
    age = timedelta(days=rank * 13 % 200) if state in UNDER_REVIEW else timedelta(days=220 + rank % 500)
    filed_at = now - age - timedelta(minutes=rank)
    return Application(
        number=f"D-{rank:05d}",
        structure=structure,
        lead_territory_id=structure.lead_territory_id,
        rulebook_version=VERSION,
        panel=panel,
        state=state,
        mission="Accompagnement socioprofessionnel.",
        assigned_to=None if state == S.SUBMITTED else agents[rank % len(agents)],
        created_at=filed_at,
        updated_at=filed_at,
        submitted_at=filed_at,
        complete_on=None if state == S.SUBMITTED else filed_at.date(),
        decided_at=filed_at + INSTRUCTION if state in DECIDED else None,
        submitted_snapshot={"rulebook": VERSION},
    )


def _pieces(structures: list[Structure], agent: User, *, now: datetime) -> None:
    """One référent and six attestations per structure; every third structure still has one to be checked."""
    proof = StoredFile.objects.create(
        kind=FileKind.ATTESTATION, key="benchmark",
        original_name="attestation.pdf", content_type="application/pdf", size=1000, sha256="0" * 64,
        state=FileState.READY, uploaded_at=now,
    )  # fmt: skip
    referents = Referent.objects.bulk_create(
        [
            Referent(structure=each, code="R01", first_name="Camille", last_name="Référent", arrived_on=now.date())
            for each in structures
        ],
        batch_size=BATCH,
    )
    ruled = {"state": CertificateState.ACCEPTED, "ruled_by": agent, "ruled_at": now}
    AttendanceCertificate.objects.bulk_create(
        [
            AttendanceCertificate(
                structure=referent.structure, referent=referent, module=module, part=part, file=proof, created_at=now,
                **({"state": CertificateState.TO_CHECK} if module == "M1" and rank % 3 == 0 else ruled),
            )
            for rank, referent in enumerate(referents)
            for module, part in MODULES
        ],
        batch_size=BATCH,
    )  # fmt: skip


def _cers(files: list[Application], agent: User) -> None:
    """Five CERs per file; scored by the DPID from its opinion on, some of them before."""
    referents = dict(Referent.objects.values_list("structure_id", "pk"))
    cers = Cer.objects.bulk_create(
        [
            Cer(panel_id=file.panel_id, referent_id=referents[file.structure_id], number=number,
                created_at=file.created_at)
            for file in files
            for number in range(1, CERS + 1)
        ],
        batch_size=BATCH,
    )  # fmt: skip
    scored: list[Any] = []
    for file, number, cer in zip((file for file in files for _ in range(CERS)), cycle(range(CERS)), cers, strict=False):
        if file.state in AFTER_DPID or (file.state == S.DPID_REVIEW and number < file.panel_id % (CERS + 1)):
            moment = file.submitted_at
            scored.append(Scoring(cer=cer, round=Round.CONTROL, author=agent, updated_at=moment, validated_at=moment))
    Scoring.objects.bulk_create(scored, batch_size=BATCH)


def _instruction(files: list[Application], agent: User) -> None:
    """Opinions, working sessions, proposals, and the deadline of the instruction, closed once decided."""
    opinions, sessions, proposals, deadlines = [], [], [], []
    for file in files:
        filed_at, state = file.submitted_at or datetime.now(UTC), file.state
        good = state != S.WORKING_SESSION and state not in {S.MORATORIUM, S.REFUSED}
        for body, done in ((OpinionBody.DPID, AFTER_DPID), (OpinionBody.SLAI, AFTER_SLAI)):
            if state in done:
                opinions.append(
                    Opinion(application=file, body=body, favourable=good, statement="Avis motivé.", author=agent,
                            signed_at=filed_at + timedelta(days=30))
                )  # fmt: skip
        if state == S.WORKING_SESSION:
            sessions.append(WorkingSession(application=file, convened_at=filed_at + timedelta(days=31)))
        if state == S.PROPOSAL:
            proposals.append(Proposal(application=file, outcome=Outcome.GRANT, prepared_by=agent, prepared_at=filed_at))
        if file.complete_on:
            deadlines.append(_deadline(file, agent))
    Opinion.objects.bulk_create(opinions, batch_size=BATCH)
    WorkingSession.objects.bulk_create(sessions, batch_size=BATCH)
    Proposal.objects.bulk_create(proposals, batch_size=BATCH)
    Deadline.objects.bulk_create(deadlines, batch_size=BATCH)


def _deadline(file: Application, agent: User) -> Deadline:
    started_on = file.complete_on
    closed = {"closed_on": started_on + INSTRUCTION, "closing_reason": "Décidé"} if file.decided_at else {}
    return Deadline(
        kind="instruction", subject_id=file.pk, structure=file.structure, territory_id=file.lead_territory_id,
        started_on=started_on, opened_on=started_on, due_on=started_on + INSTRUCTION, **closed,
    )  # fmt: skip
