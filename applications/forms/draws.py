"""Forms of the draw: the lists of CERs, the draw on paper, what is drawn anew. They validate; services write."""

from collections.abc import Mapping
from typing import Any

from django import forms

from accounts.models import Referent
from core.forms import PortalForm
from core.french import NBSP, NNBSP
from evaluation.forms import ListField
from evaluation.lists import Reading, understand


class CerListsForm(PortalForm):
    """One list for each référent still to be drawn, and the version that was on screen."""

    version = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, referents: list[Referent], kept: Mapping[str, str], wanted: int, drawn: int = 0,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.referents = {f"liste-{referent.code}": referent for referent in referents}
        self.wanted, self.drawn = wanted, drawn
        for name, referent in self.referents.items():
            attrs = {
                "rows": 7, "class": "form-control list-text", "spellcheck": "false", "autocomplete": "off",
                "aria-describedby": f"lu-{referent.code} aide-listes",
            }  # fmt: skip
            self.fields[name] = ListField(
                label=f"{referent.code}, {referent}", required=False, widget=forms.Textarea(attrs),
                initial=kept.get(referent.code, ""),
            )  # fmt: skip

    @property
    def typed(self) -> dict[Referent, str]:
        """What is right to keep: every list but those that are too long."""
        return {
            referent: self.cleaned_data[name]
            for name, referent in self.referents.items()
            if name in self.cleaned_data
        }  # fmt: skip

    def readings(self) -> dict[str, Reading]:
        """By référent's code, what the portal reads of each list, bound or kept."""
        return {
            referent.code: understand(self[name].value() or "", wanted=self.wanted, drawn=self.drawn)
            for name, referent in self.referents.items()
        }

    def cards(self) -> list[tuple[Referent, forms.BoundField, Reading]]:
        read = self.readings()
        return [(referent, self[name], read[referent.code]) for name, referent in self.referents.items()]

    def lists(self) -> dict[Referent, tuple[str, ...]]:
        """The lists to fix; what keeps them from being so is said at its field."""
        found = {}
        for name, referent in self.referents.items():
            reading = understand(self.cleaned_data.get(name, ""), wanted=self.wanted, drawn=self.drawn)
            if reading.tone == "bad":
                self.add_error(name, f"{referent.code}{NBSP}: {reading.words}")
            elif reading.references:
                found[referent] = reading.references
        if not found and not self.errors:
            self.add_error(None, "Donnez au moins une liste à tirer.")
        return found

    def show_version(self, version: str) -> None:
        """The version that the next sending starts from, in the place of the one that came."""
        self.data = self.data.copy()
        self.data["version"] = version


class PaperDrawForm(PortalForm):
    """A draw that the team made on paper, for one référent or for several."""

    referents = forms.MultipleChoiceField(
        label="Pour quels référents", widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choisissez au moins un référent."},
    )  # fmt: skip
    reason = forms.CharField(
        label=f"Pourquoi sur papier, et comment{NNBSP}?", max_length=1000, widget=forms.Textarea({"rows": 4}),
        help_text="Le motif, la date, la façon de tirer et la fonction des personnes présentes. Ce texte est lu par "
        "la DPID et le SLAI.",
    )  # fmt: skip

    def __init__(self, *args: Any, referents: list[Referent], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {referent.code: referent for referent in referents}
        asked: Any = self.fields["referents"]
        asked.choices = [(code, f"{referent} ({code})") for code, referent in self.people.items()]

    @property
    def chosen(self) -> list[Referent]:
        return [self.people[code] for code in self.cleaned_data["referents"]]


class ReasonForm(PortalForm):
    """Why another CER is drawn in the place of one."""

    reason = forms.CharField(
        label=f"Pourquoi ce contrat ne peut-il pas être joint{NNBSP}?", max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        help_text="Sans nommer personne. Ce motif est gardé avec le tirage, et lu par la DPID et le SLAI.",
    )  # fmt: skip


class AgainForm(PortalForm):
    """A référent's list corrected, and why everything is drawn anew."""

    text = ListField(
        label="La liste entière", widget=forms.Textarea({"rows": 12, "class": "list-text", "spellcheck": "false"})
    )
    reason = forms.CharField(
        label=f"Pourquoi recommencer{NNBSP}?", max_length=1000, widget=forms.Textarea({"rows": 3}),
        help_text="Par exemple un contrat oublié. Le premier tirage reste visible, avec ce motif.",
    )  # fmt: skip

    def clean_text(self) -> tuple[str, ...]:
        reading = understand(self.cleaned_data["text"], wanted=1)
        if not reading.references:
            raise forms.ValidationError(reading.words or "La liste est vide.")
        return reading.references
