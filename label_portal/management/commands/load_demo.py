"""`manage.py load_demo`: fill the demonstration."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.models import Structure
from core import clock
from core.texts import ensure_site_texts
from label_portal.demo.story import tell_all


class Command(BaseCommand):
    help = "Charge les structures, les personnes et les dossiers fictifs de la démonstration."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="ne rien faire si le portail a déjà une structure")

    def handle(self, *args: Any, if_empty: bool, **options: Any) -> None:
        if not settings.DEMO_MODE:
            raise CommandError("Les données de démonstration n’entrent pas dans un vrai portail.")
        if Structure.objects.exists():
            if if_empty:
                return
            raise CommandError("Le portail a déjà des structures\u00a0: effacez d’abord le dossier var/.")
        self.stdout.write("Les dossiers de démonstration se préparent, avec leurs PDF. Une à deux minutes.")
        with transaction.atomic():
            ensure_site_texts()
            tell_all(today=clock.today(), say=self.stdout.write)
        self.stdout.write(f"Données de démonstration\u00a0: {Structure.objects.count()} structures.")
