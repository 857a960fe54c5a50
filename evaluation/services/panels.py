"""The panel: its CERs, and whose turn it is."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Referent, Structure, User
from documents.enums import FileState
from documents.models import StoredFile
from documents.services import delete_file
from evaluation.caf import kept_caf
from evaluation.enums import CerType, EntryAct, PanelStage, Round, Sample
from evaluation.errors import EvaluationRefused, PanelClosed
from evaluation.models import Cer, Panel, Scoring, ShortPanel
from evaluation.rights import may_write_round
from evaluation.samples import completed
from evaluation.selectors import left_to_draw
from evaluation.services.journal import record, set_aside
from rulebook.enums import ContractType, ReferenceMode


def create_panel(*, structure: Structure, rulebook_version: str, now: datetime) -> Panel:
    return Panel.objects.create(structure=structure, rulebook_version=rulebook_version, created_at=now)


@transaction.atomic
def add_cer(
    *,
    panel: Panel,
    referent: Referent,
    file: StoredFile | None,
    contract_type: str = "",
    caf_number: str = "",
    number: int | None = None,
    actor: User,
    now: datetime,
) -> Cer:
    """Add a CER under the référent's first free number, 5 at most each (CdC 5-2, R33).

    Where the portal has drawn, the file takes the drawn place `number`, else the first one that is empty. Nothing is
    added before a draw, here or on paper, unless a written reason says that all there is comes in: chosen first, a
    contract would not be drawn at random.
    """
    panel = lock_draft(panel.pk, actor)
    if referent.structure_id != panel.structure_id:
        raise EvaluationRefused("Ce référent n’appartient pas à votre structure.")
    if drawn := list(panel.cers.filter(referent=referent).exclude(drawn_as="").order_by("number")):
        return _fill(panel, referent, drawn, number, file, contract_type, caf_number, actor=actor, now=now)
    _check_drawn(panel, referent)
    wanted = panel.rulebook.integer("cer.min_per_referent")
    taken = set(panel.cers.filter(referent=referent).values_list("number", flat=True))
    free = next((number for number in range(1, wanted + 1) if number not in taken), None)
    if free is None:
        raise EvaluationRefused(
            f"{referent.code} a déjà ses {wanted} CER. Remplacez l’un d’eux, ou retirez-le d’abord."
        )
    return Cer.objects.create(
        panel=panel,
        referent=referent,
        number=free,
        file=file,
        contract_type=_checked_type(contract_type),
        caf_number=_checked_caf(panel, caf_number),
        created_at=now,
    )


@transaction.atomic
def remove_cer(*, cer: Cer, actor: User, now: datetime, place_too: bool = False) -> None:
    """Take a CER out of the panel with its files and its self-evaluation; the log of its N° CAF stays, and so does the
    journal of its ticks, under its reference. A drawn one keeps its place: only another draw replaces it, as long as
    its list has one to give. `place_too`: the référent is no longer one of those who count."""
    cer = lock_draft_cer(cer, actor)
    files = [file for file in (cer.file, cer.former) if file]
    if cer.drawn_as and not files and not place_too and left_to_draw(cer):
        raise EvaluationRefused(
            f"{cer.reference} a été tiré au sort\u00a0: un autre tirage le remplace, avec un motif."
        )
    set_aside(cer, author=actor, now=now, reason="CER retiré du panel.")
    cer.facts.all().delete()
    if cer.drawn_as and files and not place_too:
        cer.file, cer.former, cer.contract_type, cer.caf_number = None, None, "", ""
        cer.save(update_fields=["file", "former", "contract_type", "caf_number"])
    else:
        cer.delete()
        _complete_samples(cer)
    for file in files:
        delete_file(file=file)


@transaction.atomic
def set_contract_type(*, cer: Cer, contract_type: str, actor: User, now: datetime) -> Cer:
    """The lines of the grid depend on the type: ticks that the new one does not have are dropped, to be looked at."""
    cer = lock_draft_cer(cer, actor)
    chosen = _checked_type(contract_type)
    if chosen == cer.contract_type:
        return cer
    cer.contract_type = chosen
    cer.save(update_fields=["contract_type"])
    kept = {line.id for line in cer.panel.rulebook.grid.lines_for(ContractType(chosen))} if chosen else set()
    for scoring in cer.scorings.all():
        scoring.ticks = [tick for tick in scoring.ticks if tick in kept]
        scoring.validated_at, scoring.updated_at = None, now
        scoring.version += 1
        scoring.save()
        record(scoring, EntryAct.SAVED, cer=cer, author=actor, now=now, reason="Type de contrat changé.")
    return cer


def forget_caf_numbers(*, cers: QuerySet[Cer]) -> int:
    """Erase the N° CAF of contracts that are no longer kept; how many had one."""
    return cers.exclude(caf_number="").update(caf_number="")


@transaction.atomic
def set_caf_number(*, cer: Cer, caf_number: str, actor: User) -> Cer:
    cer = lock_draft_cer(cer, actor)
    cer.caf_number = _checked_caf(cer.panel, caf_number)
    cer.save(update_fields=["caf_number"])
    return cer


@transaction.atomic
def set_short_panel_reason(*, panel: Panel, referent: Referent, reason: str, actor: User) -> ShortPanel | None:
    """Say why a référent has fewer than 5 CERs (A13); an empty reason takes it back."""
    panel = lock_draft(panel.pk, actor)
    if referent.structure_id != panel.structure_id:
        raise EvaluationRefused("Ce référent n’appartient pas à votre structure.")
    reason = reason.strip()
    if not reason:
        panel.short_panels.filter(referent=referent).delete()
        return None
    return panel.short_panels.update_or_create(referent=referent, defaults={"reason": reason})[0]


@transaction.atomic
def open_to_control(*, panel: Panel, label: str, due_on: date) -> Panel:
    """The application is filed, or comes back to the DPID: agents may score, the structure may no longer write."""
    panel = _lock(panel.pk)
    if panel.cers.filter(Q(contract_type="") | Q(file=None)).exists():
        raise EvaluationRefused("Un CER n’a pas encore son fichier et son type.")
    if panel.to_sort.exists() or panel.cers.exclude(file__state=FileState.READY).exists():
        raise EvaluationRefused("Le fichier d’un CER n’est pas encore prêt.")
    return _move(panel, PanelStage.CONTROL, label=label, due_on=due_on)


@transaction.atomic
def open_session(*, panel: Panel, due_on: date | None = None) -> Panel:
    """The working session DPID–SLAI opens on a panel scored to the end (CdC 5-2, R36)."""
    panel = _lock(panel.pk)
    if panel.stage == PanelStage.DRAFT:
        raise PanelClosed("Ce panel n’est pas encore déposé.")
    _check_control(panel)
    return _move(panel, PanelStage.SESSION, due_on=due_on or panel.due_on)


@transaction.atomic
def close_panel(*, panel: Panel, finished: bool = False) -> Panel:
    """Nobody writes on the scores any more: they found an opinion or a decision. A draft stays the structure's.

    `finished`: refuse while a grid of the open round still waits for its validation.
    """
    panel = _lock(panel.pk)
    if panel.stage == PanelStage.DRAFT:
        return panel
    if finished:
        _check_files(panel)
        _check_control(panel)
        _check_session(panel)
    return _move(panel, PanelStage.CLOSED)


def _check_drawn(panel: Panel, referent: Referent) -> None:
    """A draw, or the reason why there are too few contracts to draw from."""
    if not any(rows.filter(referent=referent).exists() for rows in (panel.draws, panel.short_panels)):
        raise EvaluationRefused(
            f"Tirez d’abord les CER de {referent.code} au sort, ou déclarez le tirage fait sur papier\u00a0: on ne "
            "joint que ceux qui en sont sortis."
        )


def _fill(
    panel: Panel, referent: Referent, drawn: list[Cer], number: int | None, file: StoredFile | None,
    contract_type: str, caf_number: str, *, actor: User, now: datetime,
) -> Cer:  # fmt: skip
    """Give the file to one of the places that the draw opened. What was typed of that contract before its file came
    stays; a self-evaluation that was validated without it waits for another look."""
    empty = [cer for cer in drawn if cer.file_id is None]
    if not empty:
        raise EvaluationRefused(
            f"Les CER tirés au sort pour {referent.code} ont tous leur fichier. Remplacez l’un d’eux."
        )
    cer = next((cer for cer in empty if cer.number == number), empty[0])
    cer.panel, cer.referent, cer.file = panel, referent, file
    cer.caf_number = _checked_caf(panel, caf_number) or cer.caf_number
    cer.save(update_fields=["file", "caf_number"])
    for scoring in cer.scorings.filter(validated_at__isnull=False):
        scoring.validated_at, scoring.updated_at = None, now
        scoring.save(update_fields=["validated_at", "updated_at"])
        record(scoring, EntryAct.REOPENED, cer=cer, author=actor, now=now, reason="Le fichier du contrat a été joint.")
    return set_contract_type(cer=cer, contract_type=contract_type, actor=actor, now=now) if contract_type else cer


def _complete_samples(gone: Cer) -> None:
    """A place that is left out of a sample is made good by the first ones of the other."""
    places = list(gone.panel.cers.filter(referent=gone.referent).exclude(drawn_as="").order_by("number"))
    wanted = gone.panel.rulebook.integer("cer.min_per_referent")
    for cer, sample in zip(places, completed([Sample(cer.sample) for cer in places], wanted), strict=True):
        if cer.sample != sample:
            cer.sample = sample
            cer.save(update_fields=["sample"])


def _check_control(panel: Panel) -> None:
    done = Scoring.objects.filter(cer__panel=panel, round=Round.CONTROL, validated_at__isnull=False).count()
    if left := panel.cers.in_round(Round.CONTROL).count() - done:
        raise EvaluationRefused(f"{left} CER rest{'ent' if left > 1 else 'e'} à coter par la DPID.")


def _check_files(panel: Panel) -> None:
    left = panel.cers.exclude(file__state=FileState.READY).count()
    if left:
        raise EvaluationRefused(f"{left} CER {'sont' if left > 1 else 'est'} à remplacer par la structure.")


def _check_session(panel: Panel) -> None:
    """A grid that the session began to revise and did not validate would be left out in silence, and so would a
    contract replaced during the session that nobody read again."""
    validated = Scoring.objects.filter(cer=OuterRef("pk"), round=Round.SESSION, validated_at__isnull=False)
    begun = Q(scorings__round=Round.SESSION) | Q(withdrawals__stage=PanelStage.SESSION)
    left = panel.cers.filter(begun & ~Exists(validated)).distinct().count()
    if left:
        raise EvaluationRefused(
            f"{left} CER revu{'s' if left > 1 else ''} en temps de travail rest{'ent' if left > 1 else 'e'} à valider."
        )


def hold_panel(*, panel: Panel) -> Panel:
    """Lock the panel until the end of the caller's transaction: what a file is judged on stays as it is read."""
    return _lock(panel.pk)


def _lock(panel_id: int) -> Panel:
    """One lock for all that is written on a panel: no order of locks to get wrong."""
    return Panel.objects.select_for_update().get(pk=panel_id)


def lock_draft(panel_id: int, actor: User) -> Panel:
    """The panel, held until the end of the transaction, for the structure that prepares it."""
    panel = _lock(panel_id)
    if not may_write_round(actor, Round.SELF) or actor.structure_id != panel.structure_id:
        raise EvaluationRefused("Seule la structure prépare ses CER.")
    if panel.stage != PanelStage.DRAFT:
        raise PanelClosed("Le dossier est déposé\u00a0: ses CER ne changent plus.")
    return panel


def lock_draft_cer(cer: Cer, actor: User) -> Cer:
    """The CER as it is now, its panel held likewise."""
    panel = lock_draft(cer.panel_id, actor)
    fresh = Cer.objects.select_related("referent", "file", "former").filter(pk=cer.pk, panel=panel).first()
    if fresh is None:
        raise EvaluationRefused("Ce CER n’est plus dans le panel.")
    fresh.panel = panel
    return fresh


def _move(panel: Panel, stage: PanelStage, **fields: Any) -> Panel:
    for name, value in fields.items():
        setattr(panel, name, value)
    panel.stage = stage
    panel.save(update_fields=["stage", *fields])
    return panel


def _checked_type(contract_type: str) -> str:
    if contract_type and contract_type not in CerType.values:
        raise EvaluationRefused("Ce type de contrat n’est pas dans la liste.")
    return contract_type


def _checked_caf(panel: Panel, typed: str) -> str:
    """What may be kept of a typed N° CAF under the panel's `cer.reference_mode` (A4b)."""
    number = kept_caf(typed)
    if number and panel.rulebook.choice("cer.reference_mode") == ReferenceMode.NEUTRAL:
        raise EvaluationRefused("Ce cahier des charges ne demande pas de N° CAF.")
    return number
