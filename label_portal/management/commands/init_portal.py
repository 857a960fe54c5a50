"""`manage.py init_portal`: what a real portal needs before its first sign-in. No demonstration data."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction

from accounts.enums import Role
from accounts.exceptions import Refused
from accounts.mails import link_to
from accounts.models import User
from accounts.services.invitations import open_invitation
from core import clock
from core.texts import ensure_site_texts
from label_portal.territories import ensure_territories


class Command(BaseCommand):
    help = "Prépare un vrai portail : territoires, textes du site, invitation de l’administrateur. Peut être refaite."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True, help="courriel du premier administrateur")
        parser.add_argument("--first-name", default="", help="son prénom")
        parser.add_argument("--last-name", default="", help="son nom")

    def handle(self, *args: Any, email: str, first_name: str, last_name: str, **options: Any) -> None:
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"« {email} » n’est pas une adresse de courriel.") from error
        try:
            with transaction.atomic():
                created = ensure_territories()
                ensure_site_texts()
                link = self.invite_administrator(email, first_name, last_name)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Territoires ajoutés : {', '.join(map(str, created)) or 'aucun, ils y sont déjà'}.")
        if link:
            self.stdout.write(f"Invitation de {email}, valable 7 jours, à transmettre par un canal sûr :\n{link}")
        else:
            self.stdout.write("Le portail a déjà un administrateur : aucune invitation n’est créée.")

    def invite_administrator(self, email: str, first_name: str, last_name: str) -> str:
        """The personal link, or "" when the portal has an active administrator. A former link stops working."""
        if User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exists():
            return ""
        _, token = open_invitation(
            email=email,
            role=Role.ADMINISTRATOR,
            first_name=first_name,
            last_name=last_name,
            invited_by=None,
            now=clock.now(),
        )
        return link_to("invitation_open", token)
