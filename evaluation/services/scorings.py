"""The grids filled in, round by round, and the one door to a N° CAF in clear."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts import roles
from accounts.models import User
from evaluation import grid
from evaluation.enums import STAGE_OF_ROUND, EntryAct, Round
from evaluation.errors import (
    BlankAgain,
    CommentRequired,
    EvaluationRefused,
    OtherContract,
    PanelClosed,
    ReasonsRequired,
    Recused,
    StaleScoring,
    ValidatedScoring,
)
from evaluation.merge import REASON_LIMIT, Content, Merged, content_of, merge, reason_name
from evaluation.models import CafReveal, Cer, Panel, Scoring, SessionFlag
from evaluation.rights import may_reveal_caf, may_write_round
from evaluation.selectors import is_recused, recused_by
from evaluation.services.journal import last_version, record, set_aside_since, take_flag_back
from evaluation.told import told_facts
from evaluation.vigilance import full_length
from rulebook.enums import ContractType, FullLengthCheck, ReferenceMode

CLOSED_WORDS = {
    Round.SELF: "Le dossier est déposé\u00a0: l’auto-évaluation ne change plus.",
    Round.CONTROL: "Ce dossier n’est pas ouvert au contrôle\u00a0: sa cotation ne change plus.",
    Round.SESSION: "Le temps de travail DPID–SLAI de ce dossier n’est pas ouvert.",
}
OTHER_SAMPLE = {
    True: "Ce CER est tiré pour le contrôle de la DPID\u00a0: vous n’avez pas à l’évaluer.",
    False: "Ce CER n’est tiré que pour l’auto-évaluation\u00a0: la DPID ne le cote pas.",
}
COMMENT_LIMIT = 2000


@transaction.atomic
def save_ticks(
    *, cer: Cer, round: Round, ticks: Iterable[str], comment: str | None, actor: User, now: datetime, version: int,
    reasons: Mapping[str, str] | None = None, shown: str = "",
) -> Scoring:  # fmt: skip
    """Keep the ticked lines of one CER in one round, and say it in the journal.

    `version` is the one the person had on screen, 0 when the grid was blank. When somebody else saved in between, what
    each changed is kept; `merged` of the answer says what comes from the other, and which words clash: those are left
    as the other wrote them. StaleScoring when the grid was validated meanwhile, or is not known in that version.
    `comment` and `reasons`: None, or a line left out, leaves the words as they are. A change takes back the
    validation, but for the DPID's: a validated control is reopened first, with a reason. Sending again what is already
    kept writes nothing. `shown`: the contract that was on screen (`Cer.shown_in`); OtherContract when another one has
    taken its place since. Empty: not compared.
    """
    sent = Sent(ticks, comment, reasons or {}, version)
    return _write(_lock_shown(cer, round, actor, shown), round, sent, actor=actor, now=now)


@transaction.atomic
def validate_scoring(
    *, cer: Cer, round: Round, ticks: Iterable[str], comment: str | None, actor: User, now: datetime, version: int,
    reasons: Mapping[str, str] | None = None, shown: str = "",
) -> Scoring:  # fmt: skip
    """Save, then say that the person has finished with this CER; not while some words clash, nor on what somebody else
    changed that this person has not seen.

    A line with an alert (the secret, A4) that is not granted asks the Département's rounds for a comment; a line that
    the working session revises asks for its reason (ReasonsRequired).
    """
    cer = _lock_shown(cer, round, actor, shown)
    scoring = _write(cer, round, Sent(ticks, comment, reasons or {}, version), actor=actor, now=now)
    if scoring.merged.clashes or scoring.merged.unseen:
        return scoring
    _check_finished(cer, scoring)
    if scoring.validated_at is None:
        scoring.validated_at, scoring.author = now, actor
        scoring.save(update_fields=["validated_at", "author"])
        record(scoring, EntryAct.VALIDATED, cer=cer, author=actor, now=now)
    return scoring


@transaction.atomic
def reopen_control(*, cer: Cer, reason: str, actor: User, now: datetime) -> Scoring:
    """Take back the validation of the DPID's grid, with a reason; what it was is in the journal. A CER marked for the
    session is marked no more: the mark was on a judgment that is being made again."""
    cer, reason = lock_cer(cer, Round.CONTROL, actor), reason.strip()
    if not reason:
        raise EvaluationRefused("Dites pourquoi vous rouvrez cette cotation.")
    if len(reason) > REASON_LIMIT:
        raise EvaluationRefused(f"Un motif compte {REASON_LIMIT} caractères au plus.")
    scoring = cer.scorings.filter(round=Round.CONTROL, validated_at__isnull=False).first()
    if scoring is None:
        raise EvaluationRefused("Cette cotation est déjà ouverte.")
    take_flag_back(scoring, cer=cer, author=actor, now=now)
    scoring.validated_at = None
    scoring.save(update_fields=["validated_at"])
    record(scoring, EntryAct.REOPENED, cer=cer, author=actor, now=now, reason=reason)
    return scoring


@transaction.atomic
def flag_for_session(*, cer: Cer, flagged: bool, actor: User, now: datetime) -> None:
    """Mark a CER whose control is validated, to be looked at first by a working session, or take the mark back."""
    cer = lock_cer(cer, Round.CONTROL, actor)
    scoring = cer.scorings.filter(round=Round.CONTROL, validated_at__isnull=False).first()
    if scoring is None:
        raise EvaluationRefused("Validez d’abord votre cotation de ce CER.")
    if not flagged:
        take_flag_back(scoring, cer=cer, author=actor, now=now)
    elif SessionFlag.objects.get_or_create(cer=cer, defaults={"author": actor, "at": now})[1]:
        record(scoring, EntryAct.FLAGGED, cer=cer, author=actor, now=now)


@transaction.atomic
def reveal_caf(*, cer: Cer, user: User, now: datetime) -> str:
    """The N° CAF in clear; who asked and when is logged in the same transaction (A4b)."""
    Panel.objects.select_for_update().get(pk=cer.panel_id)
    found = Cer.objects.visible_to(user).select_related("panel", "referent").filter(pk=cer.pk).first()
    if found is None or not may_reveal_caf(user):
        raise EvaluationRefused("Ce N° CAF n’est pas dans vos droits.")
    if is_recused(user, found.panel):
        raise Recused
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
    if scoring.round == Round.SESSION:
        _check_revised(cer, scoring)
    if scoring.round == Round.SELF:
        if rulebook.choice("cer.reference_mode") == ReferenceMode.CAF_REQUIRED and not cer.caf_number:
            raise EvaluationRefused("Indiquez le N° CAF de ce contrat\u00a0: le cahier des charges le demande.")
        return
    alerts = grid.score(rulebook.grid, cer.contract_type, scoring.ticks).alerts
    if alerts and not scoring.comment:
        raise CommentRequired(f"«\u00a0{alerts[0].text}\u00a0» n’est pas coché\u00a0: dites pourquoi en commentaire.")


def _check_revised(cer: Cer, scoring: Scoring) -> None:
    """What the session changes of the DPID's grid is changed for a reason (CdC 5-2, R36)."""
    revised = _blank(cer, Round.SESSION).ticks ^ frozenset(scoring.ticks)
    if missing := [line for line in scoring_lines(cer) if line in revised and not scoring.reasons.get(line)]:
        raise ReasonsRequired(missing)


def _lock_shown(cer: Cer, round: Round, actor: User, shown: str) -> Cer:
    """`lock_cer`, if the contract is still the one that the page showed."""
    cer = lock_cer(cer, round, actor)
    if shown and shown != cer.shown_in(round):
        raise OtherContract
    return cer


def lock_cer(cer: Cer, round: Round, actor: User) -> Cer:
    """Lock the panel (see `panels`), then read all that decides, and check the right, the stage and the CER."""
    panel = Panel.objects.select_for_update().get(pk=cer.panel_id)
    visible = Panel.objects.visible_to(actor).filter(pk=OuterRef("panel"))
    if roles.is_slai(actor):  # the SLAI of another territory of the structure reads, and does not score (A26)
        visible = visible.filter(structure__lead_territory__in=actor.territories.all())
    rows = panel.cers.select_related("referent", "file").annotate(visible=Exists(visible), recused=recused_by(actor))
    fresh = rows.filter(pk=cer.pk).first()
    if not may_write_round(actor, round) or (fresh and not fresh.visible):
        raise EvaluationRefused("Cette cotation n’est pas dans vos droits.")
    if panel.stage != STAGE_OF_ROUND[round]:
        raise PanelClosed(CLOSED_WORDS[round])
    if fresh is None:
        raise EvaluationRefused("Ce CER n’est plus dans le panel.")
    if round != Round.SELF and fresh.recused:
        raise Recused
    if round != Round.SELF and not (fresh.file and fresh.file.is_ready):
        raise EvaluationRefused(
            "Le fichier de ce CER est à remplacer par la structure\u00a0: sa cotation attend le nouveau."
        )
    if not fresh.is_in(round):
        raise EvaluationRefused(OTHER_SAMPLE[round == Round.SELF])
    if not fresh.contract_type:
        raise EvaluationRefused("Choisissez d’abord le type de contrat\u00a0: la grille en dépend.")
    fresh.panel = panel
    return fresh


@dataclass(frozen=True, slots=True)
class Sent:
    """What came from a page that showed `version`."""

    ticks: Iterable[str]
    comment: str | None
    reasons: Mapping[str, str]
    version: int

    def content(self, cer: Cer, base: Content) -> Content:
        """As a whole grid: the words that were not sent are those of `base`."""
        words = dict(base.words) | {reason_name(line): text.strip() for line, text in self.reasons.items()}
        if self.comment is not None:
            words["comment"] = self.comment.strip()
        if len(words.get("comment", "")) > COMMENT_LIMIT:
            raise EvaluationRefused(f"Un commentaire compte {COMMENT_LIMIT} caractères au plus.")
        if any(len(text) > REASON_LIMIT for name, text in words.items() if name != "comment"):
            raise EvaluationRefused(f"Un motif compte {REASON_LIMIT} caractères au plus.")
        return Content(frozenset(_checked_ticks(cer, self.ticks)), words)


def _write(cer: Cer, round: Round, sent: Sent, *, actor: User, now: datetime) -> Scoring:
    scoring = cer.scorings.select_related("author").filter(round=round).first()
    current = content_of(scoring) if scoring else _blank(cer, round)
    if sent.version == (scoring.version if scoring else 0):
        merged = Merged(sent.content(cer, current))
    else:
        base = _base(cer, round, scoring, sent.version, now)
        mine = sent.content(cer, base)
        merged = Merged(current) if _same(mine, current) else merge(base, mine, current)
    if scoring and _same(merged.content, current):
        scoring.merged = merged
        return scoring
    if scoring and scoring.validated_at and round == Round.CONTROL:
        raise ValidatedScoring(scoring.author, scoring.validated_at)
    scoring = scoring or Scoring(cer=cer, round=round, version=last_version(cer, round))
    scoring.ticks = _checked_ticks(cer, merged.content.ticks)
    scoring.comment = merged.content.of("comment")
    scoring.reasons = {line: text for line in scoring_lines(cer) if (text := merged.content.of(reason_name(line)))}
    scoring.author, scoring.updated_at, scoring.validated_at = actor, now, None
    scoring.version += 1
    scoring.save()
    record(scoring, EntryAct.SAVED, cer=cer, author=actor, now=now)
    scoring.merged = merged
    return scoring


def _base(cer: Cer, round: Round, scoring: Scoring | None, version: int, now: datetime) -> Content:
    """The grid as the person had it on screen, from the journal."""
    if scoring is None:
        raise BlankAgain(None, now)
    if version == 0:
        return _blank(cer, round)
    entry = cer.scoring_entries.filter(round=round, act=EntryAct.SAVED, version=version).first()
    if entry is None or set_aside_since(cer, round, version):
        raise StaleScoring(scoring.author, scoring.updated_at)
    return content_of(entry)


def _blank(cer: Cer, round: Round) -> Content:
    """What a grid that nobody wrote yet shows: the session starts from the DPID's ticks."""
    control = cer.scorings.filter(round=Round.CONTROL).first() if round == Round.SESSION else None
    return Content(frozenset(control.ticks) if control else frozenset(), {})


def _same(one: Content, other: Content) -> bool:
    names = one.words.keys() | other.words.keys()
    return one.ticks == other.ticks and all(one.of(name) == other.of(name) for name in names)


def _checked_ticks(cer: Cer, ticks: Iterable[str]) -> list[str]:
    """The ticks in the grid's order, without doubles; an unknown line is refused, never ignored."""
    given, known = set(ticks), scoring_lines(cer)
    if unknown := given.difference(known):
        raise EvaluationRefused(f"La grille de ce CER n’a pas de ligne «\u00a0{min(unknown)}\u00a0».")
    return [line for line in known if line in given]


def scoring_lines(cer: Cer) -> list[str]:
    return [line.id for line in cer.panel.rulebook.grid.lines_for(ContractType(cer.contract_type))]
