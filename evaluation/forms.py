"""What comes back from a grid and from a CER's details. Forms check the shape; services check the rest."""

from typing import Any

from django import forms

from core.forms import PortalForm
from core.french import NBSP
from evaluation.caf import kept_caf
from evaluation.enums import CerType
from evaluation.errors import EvaluationRefused
from evaluation.models import Cer
from rulebook.enums import ReferenceMode


class GridForm(PortalForm):
    """A grid filled in. `version` is the one that was on screen."""

    ticks = forms.MultipleChoiceField(
        label="Lignes cochées",
        required=False,
        error_messages={"invalid_choice": "Cette ligne n’est pas dans la grille de ce CER. Rechargez la page."},
    )
    comment = forms.CharField(label="Commentaire sur ce CER", required=False, max_length=2000)
    version = forms.IntegerField(
        min_value=0, widget=forms.HiddenInput, label="", error_messages=dict.fromkeys(
            ("required", "invalid", "min_value"), "Cette page est incomplète. Rechargez-la."
        ),
    )  # fmt: skip
    stale = False  # somebody else saved in between

    def __init__(self, *args: Any, lines: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ticks"].choices = [(line, line) for line in lines]  # type: ignore[attr-defined]

    @property
    def status(self) -> int:
        """The HTTP status of an answer that refuses this form."""
        return 409 if self.stale else 422


class CerDetailsForm(PortalForm):
    """Type and, where the rulebook has one, N° CAF (A4b). The number in place is never sent back to the browser."""

    contract_type = forms.ChoiceField(
        label="Type de contrat",
        choices=CerType,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez le type de contrat."},
    )
    caf_number = forms.CharField(
        label="N° CAF",
        required=False,
        max_length=20,
        help_text=f"7 chiffres. Chiffré, affiché masqué{NBSP}: chaque affichage est noté. Jamais dans le CER lui-même.",
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "class": "w-num", "data-private": "1"}
        ),
    )
    forget_caf = forms.BooleanField(label="Retirer le N° CAF", required=False)

    def __init__(self, *args: Any, cer: Cer, **kwargs: Any) -> None:
        super().__init__(*args, initial={"contract_type": cer.contract_type}, **kwargs)
        mode = cer.panel.rulebook.choice("cer.reference_mode")
        if mode == ReferenceMode.NEUTRAL:
            del self.fields["caf_number"]
        elif cer.caf_number:
            self.fields["caf_number"].label = "Autre N° CAF"
        if not cer.caf_number or mode != ReferenceMode.CAF_OPTIONAL:
            del self.fields["forget_caf"]

    def clean_caf_number(self) -> str:
        """Judged with the type, not after it: everything wrong is said at once."""
        try:
            return kept_caf(self.cleaned_data["caf_number"])
        except EvaluationRefused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal

    @property
    def wanted_caf(self) -> str | None:
        """What to keep; None leaves the number as it is."""
        if self.cleaned_data.get("forget_caf"):
            return ""
        return self.cleaned_data.get("caf_number") or None
