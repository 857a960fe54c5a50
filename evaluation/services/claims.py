"""The CER that somebody scores now: held for a while, so that two agents never score it without knowing."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.models import User
from evaluation.enums import PanelStage, Round
from evaluation.errors import ClaimHeld, EvaluationRefused, Recused
from evaluation.models import Cer, CerClaim, Panel
from evaluation.rights import may_write_round
from evaluation.selectors import claim_of, is_recused
from evaluation.services.scorings import OTHER_SAMPLE

CLAIM_LASTS = timedelta(minutes=20)
"""How long a CER stays held after the last act of the person who scores it."""
RENEWED_AFTER = timedelta(minutes=1)
"""An act sooner than this after the last one writes nothing."""


def hold_cer(*, cer: Cer, actor: User, now: datetime, take_over: bool = False) -> None:
    """This person scores this CER from now on, and no other. ClaimHeld while a colleague does, unless they
    knowingly `take_over`.

    No lock: the row is unique, and each write says the state that it replaces. Each statement is its own transaction,
    so that two people who swap their CERs never wait for each other.
    """
    _check_may_score(cer, actor)
    if not _hold(cer, actor, now, take_over):
        claim = claim_of(cer, now)
        if claim is None:  # released in between
            return hold_cer(cer=cer, actor=actor, now=now, take_over=take_over)
        if claim.user_id != actor.pk:  # else: the same person, from another tab
            raise ClaimHeld(claim)
    CerClaim.objects.filter(user=actor).exclude(cer=cer).delete()
    return None


def keep_holding(*, cer: Cer, claim: CerClaim | None, actor: User, now: datetime) -> None:
    """`hold_cer` for each act of the person who may already hold it: nothing to do when `claim`, as this request has
    read it, is theirs and young."""
    if claim and claim.user_id == actor.pk and claim.until - now > CLAIM_LASTS - RENEWED_AFTER:
        return
    hold_cer(cer=cer, actor=actor, now=now)


def release_cer(*, cer: Cer, actor: User) -> None:
    """The person has finished with it."""
    CerClaim.objects.filter(cer=cer, user=actor).delete()


def _hold(cer: Cer, actor: User, now: datetime, take_over: bool) -> bool:
    until = now + CLAIM_LASTS
    claims = CerClaim.objects.filter(cer=cer)
    if claims.live(now).filter(user=actor).update(until=until):
        return True
    free = Q() if take_over else Q(until__lte=now)
    if claims.filter(free).update(user=actor, since=now, until=until):
        return True
    try:
        with transaction.atomic():
            CerClaim.objects.create(cer=cer, user=actor, since=now, until=until)
    except IntegrityError:  # somebody was quicker
        return False
    return True


def _check_may_score(cer: Cer, actor: User) -> None:
    if (
        not may_write_round(actor, Round.CONTROL)
        or not Panel.objects.visible_to(actor).filter(pk=cer.panel_id).exists()
    ):
        raise EvaluationRefused("Cette cotation n’est pas dans vos droits.")
    if cer.panel.stage != PanelStage.CONTROL:
        raise EvaluationRefused("Ce dossier n’est pas ouvert au contrôle.")
    if not cer.is_in(Round.CONTROL):
        raise EvaluationRefused(OTHER_SAMPLE[False])
    if is_recused(actor, cer.panel):
        raise Recused
