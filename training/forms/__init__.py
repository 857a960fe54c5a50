"""Forms of the training plan. They validate and say in French; the services write."""

import re
from datetime import time
from typing import Any

from django import forms
from django.db.models import TextChoices

from accounts.models import Referent, Territory
from core.forms import DayField, PortalForm
from core.french import NBSP
from core.versions import Versioned
from rulebook.clauses import Rulebook
from training.attendance import Record
from training.cards import course_title, dates_words, seats_words
from training.enums import CorrectionReason, EnrolmentCancelReason, Half, SessionCancelReason
from training.imports.reading import MAX_BYTES, MAX_ROWS
from training.models import TrainingSession
from training.selectors.sessions import Candidate
from training.services.planning import PLANNED, SessionPlan, Slot

DAYS = (1, 2, 3, 4)
FULL_DAY = "day"
SPANS = {FULL_DAY: tuple(Half), Half.MORNING: (Half.MORNING,), Half.AFTERNOON: (Half.AFTERNOON,)}
HOUR = re.compile(r"(\d{1,2})\s*[h:]?\s*(\d{2})?", re.IGNORECASE)


class HourField(forms.CharField):
    """An hour typed as 9h, 9 h 30, 9:30 or 09:30."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs |= {"class": "w-num", "autocomplete": "off"}

    def clean(self, value: Any) -> time | None:
        typed = super().clean(value).strip()
        if not typed:
            return None
        found = HOUR.fullmatch(typed)
        if not found or int(found[1]) > 23 or int(found[2] or 0) > 59:
            raise forms.ValidationError(f"Cette heure n’existe pas. Exemple{NBSP}: 9{NBSP}h{NBSP}30.", code="invalid")
        return time(int(found[1]), int(found[2] or 0))


class SpanField(forms.ChoiceField):
    def __init__(self) -> None:
        spans = [(FULL_DAY, "Journée"), *((half.value, half.label) for half in Half)]
        super().__init__(label="Durée", choices=spans, initial=FULL_DAY)


class SessionForm(Versioned, PortalForm):
    """A session of the plan: what, when (four days at most), where, how many, for whom."""

    compared = PLANNED

    course = forms.ChoiceField(label="Module")
    day_1, span_1 = DayField(label="Premier jour", help_text=""), SpanField()
    day_2, span_2 = DayField(label="Deuxième jour", required=False, help_text=""), SpanField()
    day_3, span_3 = DayField(label="Troisième jour", required=False, help_text=""), SpanField()
    day_4, span_4 = DayField(label="Quatrième jour", required=False, help_text=""), SpanField()
    provider = forms.CharField(label="Organisme de formation", max_length=160)
    trainer = forms.CharField(label="Intervenant", max_length=160, required=False)
    morning_from = HourField(label="Matin, de", initial="9h")
    morning_to = HourField(label="Matin, jusqu’à", initial="12h30")
    afternoon_from = HourField(label="Après-midi, de", initial="13h30")
    afternoon_to = HourField(label="Après-midi, jusqu’à", initial="17h")
    place = forms.CharField(
        label="Lieu",
        max_length=200,
        required=False,
        help_text="Nom de la salle et adresse. Vide pour une session à distance.",
    )
    link = forms.URLField(
        label="Lien de connexion", max_length=400, required=False, assume_scheme="https",
        help_text="Pour une session à distance. Seules les structures inscrites le lisent.",
        error_messages={"invalid": f"Cette adresse n’est pas complète. Exemple{NBSP}: https://visio.exemple.fr/salle."},
    )  # fmt: skip
    capacity = forms.IntegerField(
        label="Nombre de places", min_value=1, max_value=500,
        error_messages={"min_value": "Une session a au moins une place.", "max_value": "500 places au plus."},
    )  # fmt: skip
    territory = forms.ModelChoiceField(
        label="Territoire", queryset=Territory.objects.none(), required=False, empty_label="Tout le Département"
    )
    is_catch_up = forms.BooleanField(
        label="Session de rattrapage",
        required=False,
        help_text="Pour les absents et les nouveaux arrivants (point 5-1 b).",
    )
    information = forms.CharField(
        label="Informations pratiques", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Accès, repas, matériel à apporter.",
    )  # fmt: skip

    def __init__(self, *args: Any, rulebook: Rulebook, session: TrainingSession | None = None, **kwargs: Any) -> None:
        super().__init__(*args, initial=_initial(session), **kwargs)
        self.instance: Any = session
        course: Any = self.fields["course"]
        course.choices = _courses(rulebook)
        capacity = self.fields["capacity"].widget
        capacity.attrs |= {"class": "w-num", "inputmode": "numeric"}
        territory: Any = self.fields["territory"]
        territory.queryset = Territory.objects.filter(merged_into=None)
        if session:
            self.edits(session)

    @property
    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"day_{number}"], self[f"span_{number}"]) for number in DAYS]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not data.get("place") and not data.get("link") and "link" not in self.errors:
            self.add_error("place", "Indiquez un lieu, ou un lien de connexion.")
        return data

    def plan(self) -> SessionPlan:
        data = self.cleaned_data
        module, _, part = data["course"].partition(".")
        return SessionPlan(
            module=module,
            part=int(part) if part else None,
            slots=tuple(self._slots()),
            **{name: data[name] for name in PLANNED if name not in {"module", "part"}},
        )

    def _slots(self) -> list[Slot]:
        data = self.cleaned_data
        hours = {
            Half.MORNING: (data["morning_from"], data["morning_to"]),
            Half.AFTERNOON: (data["afternoon_from"], data["afternoon_to"]),
        }
        return [
            Slot(data[f"day_{number}"], *hours[half], half)
            for number in DAYS
            if data.get(f"day_{number}")
            for half in SPANS[data.get(f"span_{number}") or FULL_DAY]
        ]

    def refuse(self, message: str, field: str) -> None:
        """What the service refused, beside the field it is about."""
        name = {"module": "course", "slots": "day_1"}.get(field, field)
        self.add_error(name if name in self.fields else None, message)


class StructureSearch(forms.Form):
    """Narrows the structures that an agent follows."""

    q = forms.CharField(label="Structure ou SIRET", max_length=100, required=False)
    territoire = forms.ModelChoiceField(
        label="Territoire",
        queryset=Territory.objects.filter(merged_into=None),
        required=False,
        empty_label="Tous les territoires",
        widget=forms.Select(attrs={"class": "form-select w-mid"}),
    )


class SessionCancelForm(PortalForm):
    """`note` goes into the message and is kept nowhere else."""

    reasons: type[TextChoices] = SessionCancelReason
    reason = forms.ChoiceField(label="Motif", widget=forms.RadioSelect)
    note = forms.CharField(
        label="Précision pour les structures",
        max_length=200,
        required=False,
        help_text="Facultative, jointe au message. Rien sur la santé ni la vie privée de quelqu’un.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reason: Any = self.fields["reason"]
        reason.choices = self.reasons.choices

    def clean_reason(self) -> TextChoices:
        return self.reasons(self.cleaned_data["reason"])


class EnrolmentCancelForm(SessionCancelForm):
    reasons = EnrolmentCancelReason


class ConfirmForm(PortalForm):
    trainer = forms.CharField(label="Nom de l’intervenant", max_length=160)
    confirmed_on = DayField(label="Feuille signée le")

    def __init__(self, *args: Any, session: TrainingSession, **kwargs: Any) -> None:
        super().__init__(*args, initial={"trainer": session.trainer, "confirmed_on": session.ends_on}, **kwargs)


class PresenceForm(PortalForm):
    """What somebody in the room types on a telephone."""

    room = forms.CharField(
        label="Code de la salle", max_length=20, help_text="Affiché dans la salle, il change à chaque demi-journée."
    )
    code = forms.CharField(label="Votre code personnel", max_length=20, help_text="Sur votre convocation.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs |= {"class": "code-in", "autocomplete": "off", "autocapitalize": "characters",
                                   "spellcheck": "false", "data-private": ""}  # fmt: skip


class CorrectForm(PortalForm):
    """Each half-day anew, and why."""

    reason = forms.ChoiceField(label="Motif", widget=forms.RadioSelect, choices=CorrectionReason)

    def __init__(self, *args: Any, record: Record, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.half_days = record.half_days
        rows = {}
        for each in record.half_days:
            rows[f"half_{each.id}"] = forms.ChoiceField(
                label=each.words.capitalize(), widget=forms.RadioSelect, choices=[("1", "Présent"), ("0", "Absent")],
                initial=str(int(record.known.get(each.id, False))),
            )  # fmt: skip
        self.fields = rows | self.fields

    def known(self) -> dict[int, bool]:
        return {each.id: self.cleaned_data[f"half_{each.id}"] == "1" for each in self.half_days}

    def clean_reason(self) -> CorrectionReason:
        return CorrectionReason(self.cleaned_data["reason"])


class EnrolForm(PortalForm):
    referents = forms.ModelMultipleChoiceField(
        label="Référents à inscrire",
        queryset=Referent.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choisissez au moins un référent."},
    )

    def __init__(self, *args: Any, offered: list[Candidate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        free = [each for each in offered if not each.barred]
        words = {each.referent.pk: _candidate_words(each) for each in free}
        field: Any = self.fields["referents"]
        field.queryset = Referent.objects.filter(pk__in=words)
        field.choices = list(words.items())
        self.initial["referents"] = [each.referent.pk for each in free if each.needs]


class MoveForm(PortalForm):
    to = forms.ModelChoiceField(
        label="Nouvelle session",
        queryset=TrainingSession.objects.none(),
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez une session."},
    )

    def __init__(self, *args: Any, sessions: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["to"]
        field.queryset = TrainingSession.objects.filter(pk__in=[session.pk for session in sessions])
        field.choices = [(session.pk, _session_choice(session)) for session in sessions]


def _session_choice(session: Any) -> str:
    seats = seats_words(session.capacity, session.seated, session.queued).lower()
    words = ", ".join([dates_words(session), session.place or "à distance", seats])
    return words[:1].upper() + words[1:]


def _candidate_words(candidate: Candidate) -> str:
    note = "ce module lui manque" if candidate.needs else "ce module ne lui manque pas"
    note = "formation déjà suivie, attestation à joindre" if candidate.noted else note
    return f"{candidate.referent} ({candidate.referent.code}), {note}"


def _courses(rulebook: Rulebook) -> list[tuple[str, list[tuple[str, str]]]]:
    """Each module, whole and part by part."""

    def choices(compulsory: bool) -> list[tuple[str, str]]:
        found = []
        for module in rulebook.modules:
            if module.compulsory == compulsory and not module.withdrawn_on:
                whole = f", {module.duration}" if module.duration else ""
                found.append((module.id, f"{module.short_title}{whole}"))
                found += [
                    (f"{module.id}.{part}", course_title(rulebook, module.id, part))
                    for part in module.part_numbers
                    if module.parts
                ]
        return found

    return [("", ""), ("Modules obligatoires", choices(True)), ("Modules au choix", choices(False))]  # type: ignore[list-item]


def _initial(session: TrainingSession | None) -> dict[str, Any]:
    """What the form shows of a session: its days, and the hours of its first morning and afternoon."""
    if session is None:
        return {}
    shown: dict[str, Any] = {name: getattr(session, name) for name in PLANNED}
    shown["course"] = f"{session.module}.{session.part}" if session.part else session.module
    days: dict[Any, list[Half]] = {}
    for slot in session.half_days.all():
        days.setdefault(slot.day, []).append(Half(slot.half))
        prefix = "morning" if slot.half == Half.MORNING else "afternoon"
        shown.setdefault(f"{prefix}_from", f"{slot.starts_at:%H:%M}")
        shown.setdefault(f"{prefix}_to", f"{slot.ends_at:%H:%M}")
    for number, (day, halves) in enumerate(sorted(days.items()), 1):
        shown[f"day_{number}"] = day
        shown[f"span_{number}"] = FULL_DAY if len(halves) == len(Half) else halves[0].value
    return shown


class ImportForm(PortalForm):
    file = forms.FileField(
        label="Votre tableau",
        help_text=f"Excel (.xlsx), LibreOffice (.ods) ou CSV, 2{NBSP}Mo au plus, {MAX_ROWS}{NBSP}lignes au plus.",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.ods,.csv,.txt", "data-max": MAX_BYTES}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(f"Ce fichier dépasse 2{NBSP}Mo. Gardez la seule liste des référents.")
        return file
