"""The facts of a contract, read in its file or typed by one side. They propose ticks; they never tick."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import User
from core import clock
from core.sandbox import SandboxBroken
from documents.models import StoredFile
from documents.pipeline import naming_somebody
from documents.receiving import own_details
from evaluation.enums import SOURCE_OF_ROUND, FactsSource, Round
from evaluation.errors import EvaluationRefused, StaleFacts
from evaluation.facts import MOST_ACTIONS, Action, Facts
from evaluation.models import Cer, CerFacts
from evaluation.reading import read_facts
from evaluation.services.scorings import lock_cer

MASK = "•"


@transaction.atomic
def keep_read_facts(*, file: StoredFile, text: str, scanned: bool, now: datetime) -> CerFacts | None:
    """What the words of a contract tell; the words themselves are not kept. `text`: empty says nothing new."""
    if not text:
        return None
    CerFacts.objects.filter(file=file).delete()
    read = read_facts(text, scanned=scanned)
    if not read.facts:
        return None
    row = CerFacts(file=file, source=FactsSource.READ, certainty=dict(read.certainty), updated_at=now)
    row.facts = read.facts
    row.actions = [{key: value for key, value in each.items() if MASK not in str(value)} for each in row.actions]
    row.save()
    return row


def save_facts(*, cer: Cer, round: Round, facts: Facts, actor: User, now: datetime, version: int) -> CerFacts:
    """Keep what a person typed of a contract, beside what the other side typed.

    `version` is the one that was on screen, 0 when nobody of this side had typed yet; StaleFacts when it is no longer
    the current one. Sending again what is already kept writes nothing.
    """
    _check(facts)
    _check_labels(cer, facts.actions, now)
    with transaction.atomic():
        cer = lock_cer(cer, round, actor)
        source = SOURCE_OF_ROUND[round]
        row = CerFacts.objects.select_related("author").filter(cer=cer, source=source).first()
        if row and row.facts == facts:
            return row
        if version != (row.version if row else 0):
            raise StaleFacts(
                f"{row.author if row else 'Une autre personne'} a modifié les faits de ce contrat entre-temps\u00a0: "
                "rechargez la page."
            )
        row = row or CerFacts(cer=cer, source=source, version=0)
        row.facts, row.author, row.updated_at = facts, actor, now
        row.version += 1
        row.save()
        return row


def forget_facts(*, cers: QuerySet[Cer]) -> None:
    """Erase what is known of contracts that are no longer kept, by whomever it was said."""
    CerFacts.objects.filter(Q(cer__in=cers) | Q(file__cer__in=cers)).delete()


def _check(facts: Facts) -> None:
    if len(facts.actions) > MOST_ACTIONS:
        raise EvaluationRefused(f"{MOST_ACTIONS} actions au plus peuvent être saisies.")
    if facts.edited_on and facts.ends_on and facts.ends_on < facts.edited_on:
        raise EvaluationRefused("Le contrat prend fin avant son édition\u00a0: vérifiez ses dates.")
    for rank, action in enumerate(facts.actions, 1):
        if action.start and action.end and action.end < action.start:
            raise EvaluationRefused(f"L’action {rank} finit avant de commencer\u00a0: vérifiez ses dates.")


def _check_labels(cer: Cer, actions: Sequence[Action], now: datetime) -> None:
    """Only words that nobody has checked yet, read in the closed room as a contract is."""
    kept = CerFacts.objects.filter(Q(cer=cer) | Q(file__isnull=False, file=cer.file_id))
    known = {each.get("label") for row in kept for each in row.actions}
    if not (labels := sorted({action.label for action in actions} - known - {""})):
        return
    try:
        naming = naming_somebody(labels, own_details(cer.panel.structure), clock.civil_date(now))
    except SandboxBroken as error:
        raise EvaluationRefused(
            "L’intitulé d’une action n’a pas pu être vérifié. Réessayez dans un instant."
        ) from error
    if naming:
        rank = next(n for n, action in enumerate(actions, 1) if action.label == labels[naming[0]])
        raise EvaluationRefused(
            f"L’intitulé de l’action {rank} semble nommer quelqu’un\u00a0: écrivez-le sans nom, numéro ni adresse."
        )
