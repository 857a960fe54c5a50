"""Forms of this floor."""

from django import forms

from core.forms import DayField, PortalForm


class DemoDayForm(PortalForm):
    """A day, or a step from the day where one is."""

    day = DayField(label="Date du jour", required=False)
    by = forms.ChoiceField(
        choices=[("day", "+ 1 jour"), ("month", "+ 1 mois"), ("back", "Aujourd’hui")], required=False
    )

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        if not self.errors and not (cleaned.get("day") or cleaned.get("by")):
            raise forms.ValidationError("Indiquez une date.")
        return cleaned


class RetryForm(PortalForm):
    """Send a failed e-mail again, where it should have gone."""

    address = forms.EmailField(label="Adresse")
