"""What people type on this floor: the signature, the proof of a notification, searches."""

from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms

from accounts.models import Territory
from core.forms import DayField, PortalForm
from labels.enums import NotificationMode
from labels.models import Decision
from labels.services import notification_objection

PROOF_LOST = "Choisissez de nouveau ce fichier, après avoir corrigé les autres réponses."


class SignatureForm(PortalForm):
    """Carries which writing of the proposal was read."""

    prepared_at = forms.DateTimeField(input_formats=["iso-8601"], widget=forms.HiddenInput)


class ProofForm(PortalForm):
    proof = forms.FileField(
        label="Avis de réception ou décharge signée",
        help_text="PDF, JPEG ou PNG, 20\u00a0Mo au plus. C’est la preuve de la date.",
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )


class NotificationForm(PortalForm):
    mode = forms.ChoiceField(
        label="Comment la lettre est-elle parvenue\u202f?",
        choices=NotificationMode.choices,
        widget=forms.RadioSelect,
        initial=NotificationMode.REGISTERED_LETTER,
    )
    tracking_number = forms.CharField(
        label="Numéro du recommandé",
        max_length=40,
        required=False,
        help_text="Demandé pour une lettre recommandée. Il figure sur le bordereau et sur l’avis de réception.",
    )
    sent_on = DayField(label="Date d’envoi", required=False)
    received_on = DayField(
        label="Date de réception",
        help_text=(
            "Pli remis ou refusé\u00a0: ce jour-là. Pli avisé puis retiré\u00a0: le jour du retrait. "
            "Pli non réclamé\u00a0: le jour de la première présentation."
        ),
    )
    proof = forms.FileField(
        label="Avis de réception ou décharge signée",
        required=False,
        help_text="PDF, JPEG ou PNG, 20\u00a0Mo au plus. C’est la preuve de la date.",
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )

    def __init__(self, *args: Any, decision: Decision, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.decision, self.today = decision, today
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.add_input(Submit("enregistrer", "Enregistrer la notification"))

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        typed["tracking_number"] = typed.get("tracking_number", "").strip()
        if not self.errors:
            self._check_dates(typed)
        if self.errors and self.files:
            self.add_error("proof", PROOF_LOST)
        return typed

    def _check_dates(self, typed: dict[str, Any]) -> None:
        objection = notification_objection(
            decision=self.decision,
            mode=NotificationMode(typed["mode"]),
            sent_on=typed.get("sent_on"),
            received_on=typed["received_on"],
            tracking_number=typed["tracking_number"],
            today=self.today,
        )
        if objection:
            self.add_error(objection.field, objection.reason)


class RegisterSearch(PortalForm):
    """The public register: a name or a town, a territory."""

    q = forms.CharField(label="Nom de la structure ou commune", max_length=100, required=False)
    territoire = forms.ModelChoiceField(
        label="Territoire",
        queryset=Territory.objects.filter(merged_into=None),
        required=False,
        to_field_name="slug",
        empty_label="Tous les territoires",
        widget=forms.Select(attrs={"class": "form-select w-mid"}),
    )


class LabelSearch(RegisterSearch):
    """Agents: validity and renewal besides."""

    VIEWS = (
        ("", "Tous les labels"), ("valides", "Labels valides"), ("renouvellement", "Renouvellement ouvert"),
        ("bientot", "Fin dans l’année"), ("expires", "Labels expirés"),
    )  # fmt: skip
    q = forms.CharField(label="Structure, SIRET ou numéro du label", max_length=100, required=False)
    etat = forms.ChoiceField(
        label="État", choices=VIEWS, required=False, widget=forms.Select(attrs={"class": "form-select w-mid"})
    )
