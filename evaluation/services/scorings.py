"""The grids filled in, round by round, and the one door to a N° CAF in clear."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts import roles
from accounts.models import User
from evaluation import grid
from evaluation.enums import STAGE_OF_ROUND, Round
from evaluation.errors import CommentRequired, EvaluationRefused, PanelClosed, StaleScoring
from evaluation.models import CafReveal, Cer, Panel, Scoring
from evaluation.rights import may_reveal_caf, may_write_round
from evaluation.told import told_facts
from evaluation.vigilance import full_length
from rulebook.enums import ContractType, FullLengthCheck, ReferenceMode

CLOSED_WORDS = {
    Round.SELF: "Le dossier est déposé\u00a0: l’auto-évaluation ne change plus.",
    Round.CONTROL: "Ce dossier n’est pas ouvert au contrôle\u00a0: sa cotation ne change plus.",
    Round.SESSION: "Le temps de travail DPID–SLAI de ce dossier n’est pas ouvert.",
}
COMMENT_LIMIT = 2000


@transaction.atomic
def save_ticks(
    *, cer: Cer, round: Round, ticks: Iterable[str], comment: str, actor: User, now: datetime, version: int
) -> Scoring:
    """Keep the ticked lines of one CER in one round.

    `version` is the one the person had on screen, 0 when the grid was blank; StaleScoring when it is no longer the
    current one. A change takes back the validation. Sending again what is already kept writes nothing.
    """
    return _write(lock_cer(cer, round, actor), round, ticks, comment, actor=actor, now=now, version=version)


@transaction.atomic
def validate_scoring(
    *, cer: Cer, round: Round, ticks: Iterable[str], comment: str, actor: User, now: datetime, version: int
) -> Scoring:
    """Save, then say that the person has finished with this CER.

    A line with an alert (the secret, A4) that is not granted asks the Département's rounds for a comment.
    """
    cer = lock_cer(cer, round, actor)
    scoring = _write(cer, round, ticks, comment, actor=actor, now=now, version=version)
    _check_finished(cer, scoring)
    if scoring.validated_at is None:
        scoring.validated_at, scoring.author = now, actor
        scoring.save(update_fields=["validated_at", "author"])
    return scoring


@transaction.atomic
def reveal_caf(*, cer: Cer, user: User, now: datetime) -> str:
    """The N° CAF in clear; who asked and when is logged in the same transaction (A4b)."""
    found = Cer.objects.visible_to(user).select_related("panel", "referent").filter(pk=cer.pk).first()
    if found is None or not may_reveal_caf(user):
        raise EvaluationRefused("Ce N° CAF n’est pas dans vos droits.")
    if found.panel.rulebook.choice("cer.reference_mode") == ReferenceMode.NEUTRAL or not found.caf_number:
        raise EvaluationRefused("Ce CER n’a pas de N° CAF.")
    CafReveal.objects.create(cer=found, panel=found.panel, reference=found.reference, user=user, at=now)
    return found.caf_number


def _check_finished(cer: Cer, scoring: Scoring) -> None:
    rulebook = cer.panel.rulebook
    if rulebook.choice("cer.full_length_check") == FullLengthCheck.BLOCK:
        facts = told_facts(cer, Round(scoring.round)).facts
        if full_length(facts, rulebook.integer("cer.contract_months")) is not True:
            raise EvaluationRefused(
                "Une action au moins dure autant que le contrat\u00a0: renseignez ses dates dans les faits du contrat."
            )
    if scoring.round == Round.SELF:
        if rulebook.choice("cer.reference_mode") == ReferenceMode.CAF_REQUIRED and not cer.caf_number:
            raise EvaluationRefused("Indiquez le N° CAF de ce contrat\u00a0: le cahier des charges le demande.")
        return
    alerts = grid.score(rulebook.grid, cer.contract_type, scoring.ticks).alerts
    if alerts and not scoring.comment:
        raise CommentRequired(f"«\u00a0{alerts[0].text}\u00a0» n’est pas coché\u00a0: dites pourquoi en commentaire.")


def lock_cer(cer: Cer, round: Round, actor: User) -> Cer:
    """Lock the panel (see `panels`), then check the right, the stage and the CER."""
    panel = Panel.objects.select_for_update().get(pk=cer.panel_id)
    visible = Panel.objects.visible_to(actor).filter(pk=panel.pk)
    if roles.is_slai(actor):  # the SLAI of another territory of the structure reads, and does not score (A26)
        visible = visible.filter(structure__lead_territory__in=actor.territories.all())
    if not may_write_round(actor, round) or not visible.exists():
        raise EvaluationRefused("Cette cotation n’est pas dans vos droits.")
    if panel.stage != STAGE_OF_ROUND[round]:
        raise PanelClosed(CLOSED_WORDS[round])
    fresh = panel.cers.select_related("referent", "file").filter(pk=cer.pk).first()
    if fresh is None:
        raise EvaluationRefused("Ce CER n’est plus dans le panel.")
    if round != Round.SELF and not (fresh.file and fresh.file.is_ready):
        raise EvaluationRefused(
            "Le fichier de ce CER est à remplacer par la structure\u00a0: sa cotation attend le nouveau."
        )
    if not fresh.contract_type:
        raise EvaluationRefused("Choisissez d’abord le type de contrat\u00a0: la grille en dépend.")
    fresh.panel = panel
    return fresh


def _write(
    cer: Cer, round: Round, ticks: Iterable[str], comment: str, *, actor: User, now: datetime, version: int
) -> Scoring:
    ordered, comment = _checked_ticks(cer, ticks), comment.strip()
    if len(comment) > COMMENT_LIMIT:
        raise EvaluationRefused(f"Un commentaire compte {COMMENT_LIMIT} caractères au plus.")
    scoring = cer.scorings.select_related("author").filter(round=round).first()
    if scoring and (scoring.ticks, scoring.comment) == (ordered, comment):
        return scoring
    if version != (scoring.version if scoring else 0):
        raise _stale(scoring, now)
    scoring = scoring or Scoring(cer=cer, round=round, version=0)
    scoring.ticks, scoring.comment, scoring.author = ordered, comment, actor
    scoring.updated_at, scoring.validated_at = now, None
    scoring.version += 1
    scoring.save()
    return scoring


def _stale(scoring: Scoring | None, now: datetime) -> EvaluationRefused:
    if scoring is None:
        return EvaluationRefused("Cette grille a été remise à blanc\u00a0: rechargez la page.")
    return StaleScoring(scoring.author, scoring.updated_at)


def _checked_ticks(cer: Cer, ticks: Iterable[str]) -> list[str]:
    """The ticks in the grid's order, without doubles; an unknown line is refused, never ignored."""
    given = set(ticks)
    known = [line.id for line in cer.panel.rulebook.grid.lines_for(ContractType(cer.contract_type))]
    if unknown := given.difference(known):
        raise EvaluationRefused(f"La grille de ce CER n’a pas de ligne «\u00a0{min(unknown)}\u00a0».")
    return [line for line in known if line in given]
