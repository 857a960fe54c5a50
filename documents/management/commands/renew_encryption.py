"""Second half of a change of keys: everything is sealed with the new one, and the old one can go."""

from typing import Any

from django.core.management.base import BaseCommand

from core.french import plural
from documents.keeping import renew_seals


class Command(BaseCommand):
    help = "Rechiffre avec la première clé de ENCRYPTION_KEYS ce qu’une clé plus ancienne avait chiffré."

    def handle(self, *args: Any, **options: Any) -> None:
        renewed = renew_seals()
        self.stdout.write(f"{renewed or 'Aucun'} élément{plural(renewed)} rechiffré{plural(renewed)}.")
