"""Draw again, from what is kept, and say whether the same comes out."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.french import NBSP, day_long
from evaluation import draw
from evaluation.models import PanelDraw


class Command(BaseCommand):
    help = "Refait un tirage de CER à partir de sa liste et de son secret, et dit s’il est juste."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", metavar="NUMERO", help="le numéro du tirage, par exemple T62-2026-00001")

    def handle(self, *args: Any, **options: Any) -> None:
        row = PanelDraw.objects.select_related("day", "referent").filter(number=options["number"]).first()
        if row is None:
            raise CommandError(f"Aucun tirage ne porte le numéro {options['number']}.")
        if row.day is None:
            raise CommandError(f"{row.number} a été fait sur papier{NBSP}: il n’y a rien à recalculer. {row.reason}")
        told, checked = row.told, draw.check(row.told, row.list_hash)
        for name, value in (
            ("Tirage", f"{row} de {row.referent.code}, le {day_long(row.day.day)}"),
            ("Liste", f"{len(told.references)} références"),
            ("Empreinte de la liste", self._judged(row.list_hash, checked.list_hash)),
            ("Engagement du jour", told.commitment),
            ("Rang dans le jour", str(told.rank)),
            ("Secret révélé", self._judged(told.secret, checked.secret)),
            ("Graine", self._judged(told.seed, checked.seed)),
            ("Résultat", self._judged(", ".join(told.drawn), checked.result)),
            *(
                [
                    ("Pour l’auto-évaluation", ", ".join(row.for_self)),
                    ("Pour le contrôle de la DPID", ", ".join(row.for_control)),
                ]
                if row.self_count
                else []
            ),
        ):
            self.stdout.write(f"{name}{NBSP}: {value}")
        if not checked.holds:
            raise CommandError(f"{row.number} est faux{NBSP}: ce qui est gardé ne donne pas ce résultat.")
        self.stdout.write(self.style.SUCCESS(f"{row.number} est juste."))

    def _judged(self, value: str, holds: bool) -> str:
        return f"{value} ({'juste' if holds else 'faux'})"
