"""The forms of django-allauth in our words (settings ACCOUNT_FORMS and MFA_FORMS)."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django.core.exceptions import ValidationError

from core.forms import FrenchMessages
from core.french import NBSP

PASSWORD_HELP = f"Douze caractères au moins. Une phrase que vous retenez convient très bien{NBSP}: espaces admis."
NEW_PASSWORD = {"password1": ("Nouveau mot de passe", PASSWORD_HELP), "password2": ("Le même, une seconde fois", "")}
EMAIL = ("Adresse e-mail", "")
ONE_TIME_CODE = ("Code à 6 chiffres", "Celui que votre application affiche en ce moment.")


class Worded(FrenchMessages):
    """Labels and help from `words` (field -> label, help), no placeholder."""

    words: dict[str, tuple[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (label, help_text) in self.words.items():
            field = self.fields[name]
            field.label, field.help_text = label, help_text
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class SamePassword(Worded):
    def clean(self) -> Any:
        """Our words for two passwords that differ."""
        cleaned = super().clean()  # type: ignore[misc]
        form: Any = self
        if form.has_error("password2") and form.cleaned_data.get("password1") and "password2" in form.data:
            form.errors.pop("password2", None)
            form.add_error("password2", ValidationError("Les deux mots de passe diffèrent.", code="mismatch"))
        return cleaned


class LoginForm(Worded, account.LoginForm):
    words = {"login": EMAIL, "password": ("Mot de passe", "")}


class ResetPasswordForm(Worded, account.ResetPasswordForm):
    words = {"email": EMAIL}


class ResetPasswordKeyForm(SamePassword, account.ResetPasswordKeyForm):
    words = NEW_PASSWORD


class SetPasswordForm(SamePassword, account.SetPasswordForm):
    words = NEW_PASSWORD


class ChangePasswordForm(SamePassword, account.ChangePasswordForm):
    words = {"oldpassword": ("Mot de passe actuel", ""), **NEW_PASSWORD}


class ChangeEmailForm(Worded, account.AddEmailForm):
    words = {"email": ("Nouvelle adresse e-mail", "")}


class ReauthenticateForm(Worded, account.ReauthenticateForm):
    words = {"password": ("Votre mot de passe", "")}


class CodeForm(Worded):
    words = {"code": ("Code", "Six chiffres de votre application, ou l’un de vos codes de secours (huit chiffres).")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "class": "w-num"}


class AuthenticateForm(CodeForm, mfa.AuthenticateForm):
    pass


class ReauthenticateCodeForm(CodeForm, mfa.ReauthenticateForm):
    pass


class ActivateTOTPForm(CodeForm, totp.ActivateTOTPForm):
    words = {"code": ONE_TIME_CODE}
