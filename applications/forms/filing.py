"""Forms of the filing steps. They validate; services write."""

from datetime import date
from typing import Any

from django import forms

from accounts.models import Referent
from core.forms import DayField, MultipleFilesField, PersonNameField, PhoneField, PortalForm
from core.french import NBSP, NNBSP, day_date
from core.versions import Versioned
from rulebook.clauses import Module, Rulebook
from training.enums import AbsenceReason, CertificateState
from training.models import AttendanceCertificate
from training.services import PLACED, Placing

LIMITS = f"PDF, JPEG ou PNG, 20{NBSP}Mo par fichier"


class PresentationForm(PortalForm):
    """Step 1. `partial` is a draft being typed: what is empty stays empty."""

    mission = forms.CharField(
        label="Votre mission d’accompagnement du public RSA",
        max_length=3000,
        widget=forms.Textarea({"rows": 6}),
        help_text="Public suivi, territoire, conventions en cours avec le Département. 3 000 caractères au plus.",
    )
    contact_name = PersonNameField(label="Personne à contacter", max_length=160)
    contact_email = forms.EmailField(label="Son courriel", max_length=254)
    contact_phone = PhoneField(label="Son téléphone", required=False)
    version = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, partial: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if partial:
            for field in self.fields.values():
                field.required = False

    def show_version(self, version: str) -> None:
        """The version that the next sending starts from, in the place of the one that came."""
        self.data = self.data.copy()
        self.data["version"] = version


class ReferentChoice:
    """A form that asks for one of the référents already read, by code: no query of its own."""

    fields: dict[str, Any]
    cleaned_data: dict[str, Any]

    def offer(self, referents: list[Referent], empty: str) -> None:
        self.referents = {referent.code: referent for referent in referents}
        named = [(referent.code, f"{referent} ({referent.code})") for referent in referents]
        self.fields["referent"].choices = [("", empty), *named]

    def clean_referent(self) -> Referent | None:
        return self.referents.get(self.cleaned_data["referent"])


class FilesForm(PortalForm):
    uploads = MultipleFilesField(
        label="Attestations", help_text=f"{LIMITS}, plusieurs à la fois. Une photo nette prise au téléphone convient."
    )


class CerFilesForm(ReferentChoice, PortalForm):
    uploads = MultipleFilesField(
        label="CER",
        help_text=f"{LIMITS}. Ni nom, ni n° allocataire, ni adresse, ni téléphone, ni date de naissance.",
    )
    referent = forms.ChoiceField(label=f"Pour quel référent{NNBSP}?", required=False)

    def __init__(self, *args: Any, referents: list[Referent], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(referents, "Selon le nom du fichier (R03-CER2.pdf)")


class OneFileForm(PortalForm):
    file = forms.FileField(label="Fichier", help_text=f"{LIMITS}.")


class CellFileForm(OneFileForm):
    """An attestation for one cell of the table; the module is asked for where the cell leaves a choice."""

    module_choice = forms.ChoiceField(label="Module ou partie")
    followed_on = DayField(label="Suivie le (dernier jour)", required=False)

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked: Any = self.fields["module_choice"]
        asked.choices = choices if len(choices) == 1 else [("", "Choisir"), *choices]
        if len(choices) == 1:
            asked.initial, asked.required, asked.widget = choices[0][0], False, forms.HiddenInput()
        self.only = choices[0][0] if len(choices) == 1 else ""

    @property
    def module(self) -> dict[str, Any]:
        """The module and its part, as a placing takes them."""
        return split_module(self.cleaned_data["module_choice"] or self.only)


def module_choices(rulebook: Rulebook) -> list[tuple[str, Any]]:
    """Every module of annex 1, and each part where there are several: « M2:1 »."""
    return [
        ("Modules obligatoires", [choice for module in rulebook.compulsory_modules for choice in choices_of(module)]),
        ("Module au choix", [choice for module in rulebook.proving_modules for choice in choices_of(module)]),
    ]


def split_module(value: str) -> dict[str, Any]:
    module, _, part = value.partition(":")
    return {"module": module, "part": int(part) if part else None}


def module_value(module: str, part: int | None) -> str:
    return f"{module}:{part}" if part else module


def choices_of(module: Module) -> list[tuple[str, str]]:
    if not module.parts:
        gone = f", retiré du catalogue le {day_date(module.withdrawn_on)}" if module.withdrawn_on else ""
        return [(module.id, f"{module.short_title}{gone}")]
    parts = [
        (module_value(module.id, number), f"{module.short_title}, {_ordinal(number)} partie")
        for number in module.part_numbers
    ]
    return [*parts, (module.id, f"{module.short_title}, les {len(parts)} parties")]


def _ordinal(number: int) -> str:
    return "1re" if number == 1 else f"{number}e"


class AssignForm(Versioned, ReferentChoice, PortalForm):
    """Whose attestation it is and for which module; the rest may come later."""

    compared = PLACED

    referent = forms.ChoiceField(label=f"Pour quel référent{NNBSP}?")
    module = forms.ChoiceField(label=f"Quel module{NNBSP}?")

    def __init__(
        self,
        *args: Any,
        certificate: AttendanceCertificate,
        referents: list[Referent],
        rulebook: Rulebook,
        **kwargs: Any,
    ) -> None:
        self.certificate = certificate
        owner = certificate.referent
        proposal = {"referent": owner.code if owner else "", "module": _proposed_module(certificate, rulebook)}
        kwargs.setdefault("prefix", f"a{certificate.pk}")
        kwargs["initial"] = {**proposal, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.offer(referents, "Choisir")
        modules: Any = self.fields["module"]
        modules.choices = [("", "Choisir"), *module_choices(rulebook)]
        self.edits(certificate)

    def kept(self, row: Any, name: str) -> Any:
        return module_value(row.module, row.part) if name == "module" else super().kept(row, name)

    @property
    def placing(self) -> Placing:
        """What was typed; what this form does not ask keeps its value."""
        data = self.cleaned_data
        kept = self.certificate
        return Placing(
            referent=data["referent"],
            **split_module(data["module"]),
            followed_on=data.get("followed_on", kept.followed_on),
            provider=data.get("provider", kept.provider),
            is_equivalence=data.get("is_equivalence", kept.is_equivalence),
            course=data.get("course", kept.course),
            edition=data.get("edition", kept.edition),
            hours=data.get("hours", kept.hours),
        )


def _proposed_module(certificate: AttendanceCertificate, rulebook: Rulebook) -> str:
    """Nothing when a part is missing: « les 2 parties » is for the person to say, never for a guess."""
    waiting = certificate.state == CertificateState.TO_SORT
    if waiting and certificate.module and certificate.part is None and rulebook.module(certificate.module).parts:
        return ""
    return module_value(certificate.module, certificate.part)


class CertificateForm(AssignForm):
    """The whole of an attestation, on its own page."""

    followed_on = DayField(label="Suivie le (dernier jour)", required=False)
    provider = forms.CharField(label="Organisme de formation", max_length=160, required=False)
    is_equivalence = forms.BooleanField(
        label="Formation suivie hors du plan du Département",
        required=False,
        help_text="Une formation aux objectifs proches peut être acceptée (cahier des charges, point 5-1). "
        "La DPID se prononce, objectif par objectif.",
    )
    course = forms.CharField(
        label="Intitulé de la formation", max_length=200, required=False,
        help_text="Tel qu’il est écrit sur l’attestation. Pour une formation hors du plan.",
    )  # fmt: skip
    edition = forms.CharField(
        label="Version ou année du programme", max_length=40, required=False, widget=forms.TextInput({"class": "w-mid"})
    )
    hours = forms.IntegerField(
        label="Durée en heures", min_value=1, max_value=500, required=False,
        widget=forms.TextInput({"class": "w-num", "inputmode": "numeric"}),
        error_messages={
            "min_value": "La durée est d’une heure au moins.", "max_value": "La durée est de 500 heures au plus.",
        },
    )  # fmt: skip

    def __init__(self, *args: Any, certificate: AttendanceCertificate, today: date, **kwargs: Any) -> None:
        self.today = today
        known = ("followed_on", "provider", "is_equivalence", "course", "edition", "hours")
        kwargs["initial"] = {name: getattr(certificate, name) for name in known}
        super().__init__(*args, certificate=certificate, **kwargs)

    def clean_followed_on(self) -> date | None:
        day: date | None = self.cleaned_data["followed_on"]
        if day and day > self.today:
            raise forms.ValidationError("La formation ne peut pas avoir été suivie dans l’avenir.")
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("is_equivalence") and not data.get("provider"):
            self.add_error("provider", "Indiquez l’organisme qui a assuré cette formation.")
        if data.get("is_equivalence") and not data.get("course"):
            self.add_error("course", "Indiquez l’intitulé de cette formation.")
        return data


class AlsoForm(PortalForm):
    """What else the file of an attestation proves: one module, for one référent or for several."""

    referents = forms.MultipleChoiceField(
        label="Pour", widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choisissez au moins un référent."},
    )  # fmt: skip
    also_module = forms.ChoiceField(label=f"Quel module{NNBSP}?")

    def __init__(
        self, *args: Any, certificate: AttendanceCertificate, referents: list[Referent], rulebook: Rulebook,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        shown = {"also_module": module_value(certificate.module, certificate.part)}
        super().__init__(*args, initial=shown, **kwargs)
        self.people = {referent.code: referent for referent in referents}
        people: Any = self.fields["referents"]
        people.choices = [(code, f"{referent} ({code})") for code, referent in self.people.items()]
        modules: Any = self.fields["also_module"]
        modules.choices = module_choices(rulebook)

    @property
    def proved(self) -> dict[str, Any]:
        """The référents, the module and its part, as the service takes them."""
        data = self.cleaned_data
        return {
            "referents": [self.people[code] for code in data["referents"]], **split_module(data["also_module"])
        }  # fmt: skip


class AbsenceForm(PortalForm):
    """R23: the category of the absence only, never its cause."""

    reason = forms.ChoiceField(
        label="Motif de l’absence", choices=[("", "Choisir"), *AbsenceReason.choices],
        help_text="Seulement la nature de l’absence\u00a0: n’écrivez rien de médical.",
    )  # fmt: skip
    session_on = DayField(label="Nouvelle session, le")
    session_place = forms.CharField(label="Lieu de la session", max_length=160, required=False)
    proof = forms.FileField(label="Justificatif d’absence", help_text=f"{LIMITS}. Masquez les informations médicales.")


class NewcomerForm(PortalForm):
    """R24: the training plan of a new arrival, as a session or as a file."""

    session_on = DayField(label="Session prévue le", required=False)
    session_place = forms.CharField(label="Lieu de la session", max_length=160, required=False)
    plan = forms.FileField(label="Plan de formation", required=False, help_text=f"{LIMITS}.")


class ShortPanelForm(PortalForm):
    reason = forms.CharField(
        label=f"Pourquoi moins de cinq CER{NNBSP}?",
        max_length=1000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text="Par exemple une arrivée récente. Laissez vide pour retirer le motif.",
    )


class DeclarationsForm(PortalForm):
    anonymised_declared = forms.BooleanField(
        label="Les CER déposés ne contiennent ni nom, ni numéro, ni adresse, ni autre élément qui permette de "
        "reconnaître la personne accompagnée."
    )
    accuracy_declared = forms.BooleanField(
        label="Les renseignements et les pièces de ce dossier sont exacts, et concernent tous les référents "
        "financés par le Département."
    )
    key = forms.CharField(
        widget=forms.HiddenInput, max_length=64, label="",
        error_messages=dict.fromkeys(("required", "max_length"), "Ce formulaire est incomplet. Rechargez la page."),
    )  # fmt: skip

    def __init__(self, *args: Any, partial: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if partial:
            for field in self.fields.values():
                field.required = False
