"""What comes back from a grid and from a CER's details. Forms check the shape; services check the rest."""

from typing import Any

from django import forms

from accounts.models import User
from core.forms import DayField, PortalForm, Untemplated
from core.french import NBSP
from core.identifiers import clean_line
from evaluation.caf import kept_caf
from evaluation.draw import CHAIN_LENGTH, BadListError, Draw, checked_list, draw
from evaluation.enums import CerType, RecusalCause
from evaluation.errors import EvaluationRefused
from evaluation.facts import MOST_ACTIONS, Action, Facts
from evaluation.filled import MAX_BYTES
from evaluation.lists import LIST_LENGTH, REFERENCE_LENGTH
from evaluation.merge import REASON_LIMIT, reason_name
from evaluation.models import Cer, Panel
from evaluation.selectors import successors
from rulebook.enums import ReferenceMode

TYPED_LENGTH = LIST_LENGTH * (REFERENCE_LENGTH + 2)
"""What a full list takes, line breaks included."""
HEX = r"^[0-9a-f]{64}$"
NOT_A_HASH = "Copiez les 64 chiffres et lettres de a à f."


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
    shown = forms.CharField(required=False, max_length=12, widget=forms.HiddenInput, label="")
    stale = False  # somebody else saved in between
    held = False  # somebody else scores this CER at this hour

    def __init__(self, *args: Any, lines: list[str], reasons: bool = False, **kwargs: Any) -> None:
        """`reasons`: each line has one, for the working session."""
        super().__init__(*args, **kwargs)
        self.fields["ticks"].choices = [(line, line) for line in lines]  # type: ignore[attr-defined]
        self.reasons = {reason_name(line): line for line in lines if reasons}
        too_long = {"max_length": f"Un motif compte {REASON_LIMIT} caractères au plus."}
        self.fields |= {
            name: forms.CharField(required=False, max_length=REASON_LIMIT, error_messages=too_long)
            for name in self.reasons
        }

    @property
    def undecided(self) -> set[str]:
        """The words that clash with somebody else's, and that the person has not chosen yet."""
        mine = {name.removesuffix(":mine") for name in self.data.getlist("decided")} if self.is_bound else set()
        return set(self.data.getlist("undecided")) - mine if self.is_bound else set()

    @property
    def given(self) -> dict[str, Any]:
        """As the services take it; the words that are undecided stay as they are kept."""
        data, left = self.cleaned_data, self.undecided
        return {
            "ticks": data["ticks"],
            "comment": None if "comment" in left else data["comment"],
            "reasons": {line: data[name] for name, line in self.reasons.items() if name not in left},
            "version": data["version"],
            "shown": data["shown"],
        }

    @property
    def words(self) -> dict[str, str]:
        """What is written in it, by name."""
        return {name: str(self[name].value() or "") for name in ("comment", *self.reasons)}

    @property
    def status(self) -> int:
        """The HTTP status of an answer that refuses this form."""
        return 409 if self.stale else 423 if self.held else 422


class ReopenForm(PortalForm):
    """Why a validated grid is opened again."""

    reason = forms.CharField(
        label="Motif",
        max_length=REASON_LIMIT,
        error_messages={"required": "Dites pourquoi vous rouvrez cette cotation."},
        widget=forms.TextInput({"autocomplete": "off"}),
    )


class Words(Untemplated, forms.TextInput):
    pass


class Tick(Untemplated, forms.CheckboxInput):
    pass


YES, NO = "1", "0"
WIDGET_CLASSES: dict[type, str] = {
    forms.Select: "form-select",
    Tick: "form-check-input",
    forms.HiddenInput: "",
}
"""The look of the fields that a page lays out itself; the others are text."""


class FactsForm(PortalForm):
    """The facts of a contract as typed: its dates, its remark, one row of fields for each action."""

    prefix = "faits"
    edited_on = DayField(label="Édité le", required=False, help_text="")
    ends_on = DayField(label="Prend fin le", required=False, help_text="")
    remark = forms.ChoiceField(
        label="Remarque", required=False, choices=[("", "Non renseigné"), (YES, "Oui"), (NO, "Non")]
    )
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput, label="")

    def __init__(self, *args: Any, facts: Facts | None = None, version: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if facts is not None:
            self.initial = _facts_initial(facts) | {"version": version}
        sent = [rank for rank in range(MOST_ACTIONS) if self.is_bound and self.add_prefix(f"label-{rank}") in self.data]
        self.rows = max(len(facts.actions) + 1 if facts else 0, len(sent), 4)
        for rank in range(min(self.rows, MOST_ACTIONS)):
            self.fields |= _action_fields(rank)
        for field in self.fields.values():
            shape = WIDGET_CLASSES.get(type(field.widget), "form-control")
            field.widget.attrs["class"] = f"{field.widget.attrs.get('class', '')} {shape}".strip()

    @property
    def contract(self) -> list[forms.BoundField]:
        return [self["edited_on"], self["ends_on"], self["remark"]]

    @property
    def actions(self) -> list[list[forms.BoundField]]:
        """The fields, row by row."""
        return [[self[f"{name}-{rank}"] for name in ACTION_FIELDS] for rank in range(min(self.rows, MOST_ACTIONS))]

    @property
    def facts(self) -> Facts:
        """What was typed; an empty row is no action."""
        given = self.cleaned_data
        rows = [[given[f"{name}-{rank}"] for name in ACTION_FIELDS] for rank in range(len(self.actions))]
        actions = tuple(Action(*row) for row in rows if any(row))
        remark = given["remark"] == YES if given["remark"] else None
        return Facts(given["edited_on"], given["ends_on"], actions, remark)


ACTION_FIELDS = ("label", "start", "end", "vocational", "detailed", "simple")


def _action_fields(rank: int) -> dict[str, forms.Field]:
    number = f"action {rank + 1}"
    return {
        f"label-{rank}": forms.CharField(
            label=f"Intitulé, {number}",
            required=False,
            max_length=80,
            widget=Words({"autocomplete": "off"}),
        ),
        f"start-{rank}": DayField(label=f"Début, {number}", required=False, help_text=""),
        f"end-{rank}": DayField(label=f"Fin, {number}", required=False, help_text=""),
        f"vocational-{rank}": forms.BooleanField(
            label=f"Vise l’emploi ou la formation, {number}", required=False, widget=Tick
        ),
        f"detailed-{rank}": forms.BooleanField(label=f"Est détaillée, {number}", required=False, widget=Tick),
        f"simple-{rank}": forms.BooleanField(label=f"Démarche simple, {number}", required=False, widget=Tick),
    }


def _facts_initial(facts: Facts) -> dict[str, Any]:
    rows = {f"{name}-{rank}": getattr(each, name) for rank, each in enumerate(facts.actions) for name in ACTION_FIELDS}
    remark = "" if facts.remark is None else YES if facts.remark else NO
    return {"edited_on": facts.edited_on, "ends_on": facts.ends_on, "remark": remark, **rows}


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


class ListField(forms.Field):
    """A list as it was pasted. Its tabs stay: they tell a table from a column."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        lines = (value or "").replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return "\n".join("\t".join(map(clean_line, line.split("\t"))) for line in lines).strip("\n")

    def validate(self, value: str) -> None:
        super().validate(value.strip())
        if len(value) > TYPED_LENGTH:
            raise forms.ValidationError(f"Cette liste est trop longue{NBSP}: {LIST_LENGTH} contrats au plus.")


class FilledForm(PortalForm):
    """A self-evaluation filled in the portal's own spreadsheet."""

    file = forms.FileField(
        label="Votre classeur rempli",
        help_text=f"Le modèle du portail, au format Excel (.xlsx), 2{NBSP}Mo au plus.",
        widget=forms.FileInput(attrs={"accept": ".xlsx", "data-max": MAX_BYTES}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(f"Ce fichier dépasse 2{NBSP}Mo{NBSP}: gardez les seules feuilles du modèle.")
        if not file.name.lower().endswith(".xlsx"):
            raise forms.ValidationError("Enregistrez votre classeur au format .xlsx, sans macro.")
        return file


class RecomputeForm(PortalForm):
    """All that somebody needs to draw again, as the proof of a draw gives it."""

    referent = forms.CharField(label="Code du référent", max_length=10, help_text=f"Exemple{NBSP}: R03")
    text = ListField(
        label="La liste fixée, une référence par ligne",
        widget=forms.Textarea({"rows": 8, "class": "list-text", "spellcheck": "false"}),
    )
    secret = forms.RegexField(HEX, label="Secret révélé", error_messages={"invalid": NOT_A_HASH}, strip=True)
    count = forms.IntegerField(
        label="Nombre à tirer", min_value=1, max_value=99, initial=5,
        widget=forms.TextInput({"class": "w-num", "inputmode": "numeric"}),
    )  # fmt: skip
    commitment = forms.RegexField(
        HEX, label="Engagement du jour", required=False, error_messages={"invalid": NOT_A_HASH}, strip=True
    )
    rank = forms.IntegerField(
        label="Rang dans le jour", required=False, min_value=1, max_value=CHAIN_LENGTH,
        widget=forms.TextInput({"class": "w-num", "inputmode": "numeric"}),
    )  # fmt: skip

    def clean_text(self) -> tuple[str, ...]:
        """Read as the draw did: every line is a reference, even a mere number."""
        try:
            return checked_list([line for line in self.cleaned_data["text"].split("\n") if line.strip()])
        except BadListError as error:
            raise forms.ValidationError(str(error)) from error

    @property
    def told(self) -> Draw:
        data = self.cleaned_data
        return draw(
            data["referent"], data["text"], data["count"], published=data["commitment"], rank=data["rank"] or 0,
            secret=data["secret"],
        )  # fmt: skip


class RecusalForm(PortalForm):
    """Why one leaves a panel to others, and to whom."""

    cause = forms.ChoiceField(label="Votre lien avec la structure", choices=RecusalCause, widget=forms.RadioSelect)
    words = forms.CharField(
        label="Précision",
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        help_text="Lue par les seules personnes qui cotent. Ne nommez personne.",
    )
    hand_to = forms.ModelChoiceField(
        User.objects.none(),
        label="Confier le dossier à",
        required=False,
        empty_label="Personne en particulier",
        help_text="La personne choisie en est prévenue, sans le motif.",
    )

    def __init__(self, *args: Any, panel: Panel, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["hand_to"].queryset = successors(panel, user)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("cause") == RecusalCause.OTHER and not given.get("words"):
            self.add_error("words", "Dites en quelques mots pourquoi vous vous déportez.")
        return given


class LiftForm(PortalForm):
    reason = forms.CharField(
        label="Pourquoi ce déport peut être levé", max_length=1000, widget=forms.Textarea({"rows": 3})
    )
