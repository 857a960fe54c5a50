"""The round of the worker, by hand."""

from argparse import ArgumentParser, ArgumentTypeError
from collections import Counter
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core import clock
from core.french import NBSP, day_long, plural
from notices import services
from notices.enums import Event


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"« {text} » n’est pas une date. Écrivez-la ainsi{NBSP}: 2026-05-01.") from None


class Command(BaseCommand):
    help = "Met en file les rappels échus et envoie les courriels en attente, comme le fait le service chaque minute."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--as-of", type=day, metavar="AAAA-MM-JJ", help="faire comme si l’on était ce jour-là")

    def handle(self, *args: Any, **options: Any) -> None:
        today = options["as_of"] or clock.today()
        if today > clock.today() and not settings.DEMO_MODE:
            raise CommandError(
                "Cette date est à venir : des rappels partiraient trop tôt. Hors démonstration, donnez une date passée."
            )
        tally = services.send_due_notices(clock=clock.now, today=today)
        self.stdout.write(f"Au {day_long(today)}{NBSP}: {account(tally)}")
        if tally[Event.BROKEN]:
            raise CommandError("Une partie n’a pas pu être faite : le journal dit laquelle. Le reste est fait.")


def account(tally: Counter[Event]) -> str:
    """What a round did, in a sentence or two."""
    sentences = [
        f"{_count(tally[Event.QUEUED], 'rappel')} en file, {_count(tally[Event.SENT], 'courriel')} "
        f"envoyé{plural(tally[Event.SENT])}."
    ]
    for event, words in (
        (Event.SUPERSEDED, "plus ancien remplacé par le dernier,plus anciens remplacés par le dernier"),
        (Event.CANCELLED, "annulé,annulés"),
        (Event.CLOSED, "échéance close,échéances closes"),
        (Event.UNADDRESSED, "échéance sans destinataire,échéances sans destinataire"),
        (Event.POSTPONED, "courriel à réessayer,courriels à réessayer"),
        (Event.FAILED, "courriel en échec,courriels en échec"),
        (Event.BROKEN, "erreur (voir le journal),erreurs (voir le journal)"),
    ):
        if number := tally[event]:
            sentences.append(f"{number} {plural(number, words)}.")
    if tally[Event.UNREACHABLE]:
        sentences.append("Le serveur de courriel ne répond pas.")
    return " ".join(sentences)


def _count(number: int, noun: str) -> str:
    return f"{number or 'aucun'} {noun}{plural(number)}"
