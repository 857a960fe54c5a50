"""The nightly sweep of the storage, by hand."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import clock
from core.french import plural
from documents.keeping import sweep_storage


class Command(BaseCommand):
    help = "Retire du stockage ce que nul fichier ne réclame depuis un jour, et nomme les fichiers sans objet."

    def handle(self, *args: Any, **options: Any) -> None:
        swept = sweep_storage(now=clock.now())
        self.stdout.write(f"{swept.orphans} objet{plural(swept.orphans)} sans fichier, retiré{plural(swept.orphans)}.")
        if swept.missing:
            raise CommandError(f"Objet manquant pour les fichiers n° {', '.join(map(str, swept.missing))}.")
