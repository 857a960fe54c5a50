"""Forms about a structure and its référents."""

from typing import Any

from django import forms

from accounts.forms.people import choose, territories
from accounts.models import Referent, Structure
from accounts.services.referents import REFERENT_FIELDS
from accounts.services.structures import DPID_FIELDS, OWN_FIELDS
from core.forms import DayField, PersonNameField, PhoneField, PortalForm, PortalModelForm, SiretField
from core.versions import Versioned

LEFT_TOO_EARLY = "Le départ ne peut pas précéder l’arrivée."


class StructureForm(Versioned, PortalModelForm):
    """What a structure keeps up to date itself."""

    compared = OWN_FIELDS

    phone = PhoneField(label="Téléphone", required=False)
    postal_code = forms.RegexField(
        r"^\d{5}$",
        label="Code postal",
        required=False,
        error_messages={"invalid": "Un code postal a cinq chiffres."},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "w-num", "autocomplete": "postal-code"}),
    )

    class Meta:
        model = Structure
        fields = OWN_FIELDS
        labels = {"rna": "Numéro RNA", "email": "Adresse e-mail de la structure"}
        help_texts = {"rna": "Pour une association : W suivi de neuf chiffres."}

    def __init__(self, *args: Any, instance: Structure, **kwargs: Any) -> None:
        super().__init__(*args, instance=instance, **kwargs)
        self.edits(instance)


class StructureByDpidForm(StructureForm):
    """With what only the DPID changes: SIRET and territory."""

    compared = DPID_FIELDS

    siret = SiretField(label="SIRET")

    class Meta(StructureForm.Meta):
        fields = DPID_FIELDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self.fields["lead_territory"], territories())


class ReferentForm(Versioned, PortalModelForm):
    compared = REFERENT_FIELDS
    first_name = PersonNameField(label="Prénom")
    last_name = PersonNameField(label="Nom")
    arrived_on = DayField(label="Date d’arrivée dans la structure")
    left_on = DayField(label="Date de départ", required=False, help_text="Dernier jour de présence, s’il est connu.")
    funded = forms.TypedChoiceField(
        label="Ce référent est-il financé par le Département\u202f?",
        choices=[("oui", "Oui"), ("non", "Non, il sera listé sans être compté")],
        coerce=lambda answer: answer == "oui",
        widget=forms.RadioSelect,
    )

    class Meta:
        model = Referent
        fields = REFERENT_FIELDS
        labels = {"email": "Adresse e-mail"}

    def __init__(self, *args: Any, instance: Referent, **kwargs: Any) -> None:
        initial = {"funded": "oui" if instance.funded else "non", **kwargs.pop("initial", {})}
        super().__init__(*args, instance=instance, initial=initial, **kwargs)
        if instance.pk:
            self.edits(instance)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("left_on") and data.get("arrived_on") and data["left_on"] < data["arrived_on"]:
            self.add_error("left_on", LEFT_TOO_EARLY)
        return data


class DepartureForm(Versioned, PortalForm):
    compared = ("left_on",)
    left_on = DayField(label="Dernier jour de présence dans la structure")

    def __init__(self, *args: Any, referent: Referent, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance = referent
        self.edits(referent)

    def clean_left_on(self) -> Any:
        day = self.cleaned_data["left_on"]
        if day < self.instance.arrived_on:
            raise forms.ValidationError(LEFT_TOO_EARLY)
        return day
