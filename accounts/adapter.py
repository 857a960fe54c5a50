"""django-allauth, spoken in our words: nobody signs up, links carry the portal's own name, secrets are encrypted."""

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from core import encryption

logger = logging.getLogger(__name__)

REAUTHENTICATION_WORDS = {
    "reauthenticate": "Confirmer avec votre mot de passe",
    "mfa_reauthenticate": "Confirmer avec un code du second facteur",
}


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": "Ce compte est fermé.",
        "duplicate_email": "C’est déjà votre adresse.",
        "same_as_current": "C’est déjà votre adresse.",
        "email_password_mismatch": "L’adresse ou le mot de passe ne convient pas.",
        "email_taken": "Cette adresse ne peut pas être utilisée.",
        "enter_current_password": "Ce n’est pas votre mot de passe actuel.",
        "incorrect_code": "Ce code ne convient pas. Vérifiez l’heure de votre téléphone, puis essayez le code suivant.",
        "incorrect_password": "Ce n’est pas votre mot de passe.",
        "invalid_login": "L’adresse ou le mot de passe ne convient pas.",
        "invalid_password_reset": "Ce lien n’est plus valable.",
        "rate_limited": "Trop d’essais en peu de temps. Attendez quelques minutes, puis recommencez.",
        "too_many_login_attempts": "Trop d’essais en peu de temps. Attendez cinq minutes, puis recommencez.",
        "unverified_primary_email": "Confirmez d’abord cette adresse.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def format_email_subject(self, subject: str) -> str:
        return subject

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("security")

    def get_email_verification_redirect_url(self, email_address: Any) -> str:
        return reverse("security") if self.request.user.is_authenticated else reverse("account_login")

    def get_reset_password_from_key_url(self, key: str) -> str:
        uid, _, token = key.partition("-")
        return settings.PORTAL_URL + reverse("account_reset_password_from_key", args=[uid, token])

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return settings.PORTAL_URL + reverse("account_confirm_email", args=[emailconfirmation.key])

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        methods = super().get_reauthentication_methods(user)
        return [{**method, "description": REAUTHENTICATION_WORDS[method["id"]]} for method in methods]

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A dead mail server is logged; the page's answer stays the same, for known and unknown addresses alike."""
        words = {"portal_url": settings.PORTAL_URL, "contact_email": settings.CONTACT_EMAIL, **context}
        try:
            super().send_mail(template_prefix, email, words)
        except OSError:
            logger.exception("Le courriel « %s » n’est pas parti.", template_prefix)

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """A change of address is told to both addresses."""
        super().send_notification_mail(template_prefix, user, context, email)
        if template_prefix == "account/email/email_changed" and context:
            super().send_notification_mail(template_prefix, user, context, context["to_email"])


class MFAAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"],
        "unverified_email": "Confirmez d’abord votre adresse de courriel.",
        "cannot_delete_authenticator": "Ce second facteur ne peut pas être retiré.",
        "cannot_generate_recovery_codes": "Activez d’abord le second facteur.",
    }

    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return encryption.decrypt(encrypted_text)
