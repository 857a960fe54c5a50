"""The form of a module that the Département adds to Annex 1."""

from typing import Any

from django import forms
from django.db.models import Model

from accounts.models import Territory
from core.forms import DayField, PortalForm
from core.versions import Versioned
from rulebook.enums import ModuleCategory
from training.exceptions import TrainingRefused
from training.models import ModuleEdition
from training.services.catalogue import WORDED, ModuleWording


class ModuleForm(Versioned, PortalForm):
    compared = WORDED

    title = forms.CharField(label="Intitulé", max_length=160)
    short_title = forms.CharField(
        label="Nom court", max_length=40, help_text="Celui des tableaux et des listes, en deux ou trois mots."
    )
    category = forms.ChoiceField(
        label="Nature",
        widget=forms.RadioSelect,
        choices=[(kind.value, kind.value.capitalize()) for kind in ModuleCategory],
    )
    objectives = forms.CharField(
        label="Objectifs", max_length=2000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Un par ligne. Une formation suivie ailleurs vaut ce module si elle couvre chacun.",
    )  # fmt: skip
    half_days = forms.IntegerField(
        label="Durée en demi-journées", required=False, min_value=1, max_value=20,
        error_messages={"min_value": "Une demi-journée au moins.", "max_value": "20 demi-journées au plus."},
    )  # fmt: skip
    hours = forms.DecimalField(
        label="Durée en heures", required=False, max_digits=4, decimal_places=1, localize=True,
        help_text="Plutôt que des demi-journées, pour un module court. Rien aux deux\u00a0: durée non fixée.",
        error_messages={"max_decimal_places": "Une décimale au plus.", "max_digits": "999 heures au plus.",
                        "max_whole_digits": "999 heures au plus."},
    )  # fmt: skip
    starts_on = DayField(label="Au catalogue à partir du")
    territories = forms.MultipleChoiceField(
        label="Territoires", required=False, widget=forms.CheckboxSelectMultiple,
        help_text="Aucun coché : tout le Département.",
        error_messages={"invalid_choice": "Ce territoire n’est pas dans la liste."},
    )  # fmt: skip

    def __init__(self, *args: Any, edition: ModuleEdition | None = None, **kwargs: Any) -> None:
        initial = {name: getattr(edition, name) for name in WORDED} if edition else {}
        if edition:
            initial["objectives"] = "\n".join(edition.objectives)
        super().__init__(*args, initial=initial, **kwargs)
        territories: Any = self.fields["territories"]
        territories.choices = list(
            Territory.objects.filter(merged_into=None).order_by("name").values_list("slug", "name")
        )
        for name in ("half_days", "hours"):
            self.fields[name].widget.attrs |= {"class": "w-num", "inputmode": "decimal"}
        if edition:
            self.edits(edition)

    def clean_objectives(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["objectives"].splitlines() if line.strip()]

    def clean_territories(self) -> list[str]:
        return sorted(self.cleaned_data["territories"])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        hours = data.get("hours")
        if hours is not None and hours <= 0:
            self.add_error("hours", "Une durée est plus longue que zéro.")
        if data.get("half_days") and hours:
            self.add_error("hours", "Dites la durée en demi-journées ou en heures, pas les deux.")
        return data

    def wording(self) -> ModuleWording:
        return ModuleWording(**{name: self.cleaned_data[name] for name in WORDED})

    def shown(self, row: Model, name: str) -> str:
        value = self.kept(row, name)
        if not isinstance(value, list):
            return super().shown(row, name)
        labels: dict[Any, Any] = dict(getattr(self.fields[name], "choices", ()))
        return ", ".join(str(labels.get(each, each)) for each in value)

    def refuse(self, refusal: TrainingRefused) -> None:
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))
