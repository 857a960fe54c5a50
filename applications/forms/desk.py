"""What agents write on a file. Forms validate; `applications.services` writes."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django import forms

from accounts.enums import DPID_ROLES
from accounts.models import User
from applications.enums import Outcome
from core.forms import DayField, PortalForm
from core.french import NBSP, NNBSP, day_date
from rulebook.clauses import Module
from training.courses import Judgement, judge
from training.enums import CertificateState, SupportKind
from training.models import AttendanceCertificate

UNSAID = f"Dites pourquoi{NBSP}: un moratoire ou un refus se motive par critère, en fait et en droit."
TEXT_TOO_LONG = f"Ce texte dépasse %(limit_value)d caractères{NBSP}: il en compte %(show_value)d."


def _text(label: str, *, limit: int, rows: int = 6, required: str = "", **kwargs: Any) -> forms.CharField:
    """A text of several lines. `required`: what to say when it is empty; empty: it may be."""
    messages = {"max_length": TEXT_TOO_LONG, "required": required}
    return forms.CharField(
        label=label, max_length=limit, required=bool(required), error_messages=messages,
        widget=forms.Textarea({"rows": rows}), **kwargs,
    )  # fmt: skip


class AgentChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj}, {obj.get_role_display()}"


class AssignForm(PortalForm):
    agent = AgentChoice(
        label="Dossier suivi par",
        queryset=User.objects.none(),
        empty_label="Choisir un agent",
        error_messages={"required": "Choisissez un agent de la DPID."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agents = User.objects.filter(role__in=DPID_ROLES, is_active=True)
        self.fields["agent"].queryset = agents  # type: ignore[attr-defined]


class RefusalForm(PortalForm):
    """`seen` carries the state that the agent had on screen."""

    seen = forms.CharField(widget=forms.HiddenInput)
    reason = _text(
        "Motif du refus",
        limit=1000,
        rows=3,
        required="Dites pourquoi cette attestation est refusée.",
        help_text="La structure le lit. Il peut être repris dans une décision.",
    )


class ObjectivesForm(PortalForm):
    """R19: what a training outside the plan covers, objective by objective of the module (Annex 1)."""

    covered = forms.MultipleChoiceField(
        label="Objectifs que cette formation couvre", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, module: Module, known: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, initial={"covered": list(known)}, **kwargs)
        self.objectives = module.objectives
        field: Any = self.fields["covered"]
        field.hide_optional = True
        field.choices = [(objective, objective) for objective in module.objectives]

    @property
    def judgement(self) -> Judgement:
        return judge(self.objectives, self.cleaned_data["covered"])


class SupportForm(PortalForm):
    """What is asked of the structure before its training outside the plan is judged."""

    kind = forms.ChoiceField(
        label="Pièce demandée",
        choices=SupportKind,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez la pièce demandée."},
    )
    words = _text(
        "Ce que vous demandez",
        limit=1000,
        rows=3,
        required="Dites à la structure ce que vous attendez.",
        help_text="La structure le lit avec la demande.",
    )
    due_on = DayField(label="Réponse attendue jusqu’au")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_due_on(self) -> date:
        day: date = self.cleaned_data["due_on"]
        if day <= self.today:
            raise forms.ValidationError("Laissez au moins un jour à la structure.")
        return day


class BatchForm(PortalForm):
    """The attestations ticked; those that wait no more are told by the service, whose word is the last."""

    certificates = forms.TypedMultipleChoiceField(
        label="Attestations",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Cochez au moins une attestation, après l’avoir lue.",
            "invalid_choice": "Une attestation cochée n’attend plus de vérification. Aucune n’est acceptée\u00a0: la "
            "liste est à jour, reprenez-la.",
        },
    )

    def __init__(self, *args: Any, waiting: Iterable[AttendanceCertificate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.waiting = list(waiting)
        self.fields["certificates"].choices = [  # type: ignore[attr-defined]
            (row.pk, str(row)) for row in self.waiting if row.state == CertificateState.TO_CHECK
        ]


class OpinionForm(PortalForm):
    favourable = forms.TypedChoiceField(
        label=f"Quel est votre avis{NNBSP}?",
        choices=[("oui", "Favorable"), ("non", "Défavorable")],
        coerce=lambda value: value == "oui",
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez favorable ou défavorable."},
    )
    statement = _text(
        "Motivation",
        limit=4000,
        rows=8,
        required="Un avis est motivé.",
        help_text="La structure peut demander cet avis (CRPA, art. L.311-2)"
        f"{NBSP}: désignez les référents par leur code, sans donnée sur un tiers.",
    )


class ConveneForm(PortalForm):
    planned_on = DayField(label="Date prévue", required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_planned_on(self) -> date | None:
        day: date | None = self.cleaned_data["planned_on"]
        if day and day < self.today:
            raise forms.ValidationError(f"Cette date est passée. Choisissez-en une à partir du {day_date(self.today)}.")
        return day


class SessionForm(PortalForm):
    held_on = DayField(label="Tenu le")
    participants = _text(
        "Participants",
        limit=1000,
        rows=3,
        required="Indiquez qui était présent, pour la DPID et pour le SLAI.",
        help_text="Noms et services.",
    )
    minutes = _text(
        "Compte rendu",
        limit=8000,
        rows=10,
        required="Le compte rendu est nécessaire.",
        help_text="Les arguments et ce qui est confirmé ou révisé, CER par CER, sans donnée sur les bénéficiaires.",
    )

    def __init__(self, *args: Any, today: date, first_day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.first_day = today, first_day

    def clean_held_on(self) -> date:
        day: date = self.cleaned_data["held_on"]
        if day > self.today:
            raise forms.ValidationError("Le temps de travail ne peut pas s’être tenu dans l’avenir.")
        if day < self.first_day:
            raise forms.ValidationError(
                f"Le dossier n’était pas encore déposé{NBSP}: il l’est depuis le {day_date(self.first_day)}."
            )
        return day


class ProposalForm(PortalForm):
    """Only the outcomes that the cycle and the criteria allow are offered. `unmet`: the reasons that an adverse one
    owes. `seen`: the proposal on screen."""

    outcome = forms.ChoiceField(
        label="Proposition",
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez ce qui est proposé à la signature."},
    )
    training_reasons = _text("Motifs, formation des référents", limit=4000, rows=9)
    cer_reasons = _text("Motifs, qualité des CER", limit=4000, rows=9)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, outcomes: list[Outcome], unmet: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unmet = unmet
        for name in ("training_reasons", "cer_reasons"):
            self.fields[name].hide_optional = True  # type: ignore[attr-defined]
        self.fields["outcome"].choices = [(outcome.value, outcome.label) for outcome in outcomes]  # type: ignore[attr-defined]

    def clean_seen(self) -> datetime | None:
        """`prepared_at` of the proposal on screen; what is no date is no proposal that anybody saw."""
        try:
            return datetime.fromisoformat(self.cleaned_data["seen"])
        except ValueError:
            return None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("outcome") in {Outcome.MORATORIUM, Outcome.REFUSAL}:
            for name in self.unmet or ["cer_reasons"]:
                if name in cleaned and not cleaned[name]:
                    self.add_error(name, UNSAID)
        return cleaned


class MessageForm(PortalForm):
    body = _text("Votre message", limit=4000, rows=3, required="Écrivez votre message.")
