"""Base form and fields of the portal: French messages, tolerant typing, the markup of the mock-ups."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.forms.fields import Field
from django.forms.utils import flatatt
from django.http import HttpRequest, QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.french import NBSP
from core.identifiers import (
    FIRST_DAY,
    LAST_DAY,
    clean_line,
    clean_person_name,
    clean_phone,
    clean_siret,
    clean_text,
)

DATE_FORMATS = ("%d/%m/%Y", "%d/%m/%y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", "%d %m %Y")
MESSAGES: Mapping[type[Field], Mapping[str, str]] = {
    Field: {"required": "Cette réponse est nécessaire."},
    forms.CharField: {
        "max_length": "Raccourcissez ce texte\u00a0: %(show_value)d caractères, %(limit_value)d au plus."
    },
    forms.BooleanField: {"required": "Cochez cette case pour continuer."},
    forms.ChoiceField: {
        "required": "Choisissez une réponse.",
        "invalid_choice": "Cette réponse n’est pas dans la liste.",
    },
    forms.DateField: {
        "required": "Indiquez une date.",
        "invalid": f"Cette date n’existe pas. Exemple{NBSP}: 15/09/2025.",
    },
    forms.EmailField: {"invalid": f"Cette adresse est incomplète. Exemple{NBSP}: prenom.nom@exemple.fr."},
    forms.IntegerField: {"invalid": "Écrivez un nombre entier, en chiffres."},
    forms.DecimalField: {"invalid": f"Écrivez un nombre. Exemple{NBSP}: 7,5."},
    forms.FileField: {
        "required": "Choisissez un fichier.",
        "invalid": "Aucun fichier n’est arrivé. Choisissez-le de nouveau.",
        "empty": "Ce fichier est vide. Vérifiez-le sur votre appareil, puis choisissez-le de nouveau.",
    },
}


def sent(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to. An empty POST is a form sent empty; `request.POST or None` would show it blank again."""
    return request.POST if request.method == "POST" else None


class FrenchMessages:
    """Mixin of every form. `required` is never left to the browser: its messages speak the browser's language.
    Nor is `maxlength`: it cuts what is pasted without a word. What nobody sees is taken out of what was typed."""

    use_required_attribute = False
    fields: dict[str, Field]
    data: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            _speak_french(field)
            field.widget.attrs.pop("maxlength", None)
        self._tidy()

    def _tidy(self) -> None:
        tidied = {}
        for name, field in self.fields.items():
            typed = self.data.get(key := self.add_prefix(name))  # type: ignore[attr-defined]
            if isinstance(field, forms.CharField) and isinstance(typed, str) and not _is_password(field):
                clean = clean_text(typed) if isinstance(field.widget, forms.Textarea) else clean_line(typed)
                if clean != typed:
                    tidied[key] = clean
        if tidied:
            self.data = self.data.copy()
            for key, clean in tidied.items():
                self.data[key] = clean


def _is_password(field: Field) -> bool:
    return isinstance(field.widget, forms.PasswordInput)


def _speak_french(field: Field) -> None:
    """Our messages replace Django's own, never those that the field or its model gave."""
    stock: dict[str, Any] = {}
    ours: dict[str, str] = {}
    for kind in reversed(type(field).__mro__):
        stock.update(getattr(kind, "default_error_messages", {}))
        ours.update(MESSAGES.get(kind, {}))
    for code, message in ours.items():
        if field.error_messages.get(code) == stock.get(code):
            field.error_messages[code] = message


class PortalForm(FrenchMessages, forms.Form):
    pass


class PortalModelForm(FrenchMessages, forms.ModelForm):
    pass


class Untemplated:
    """Mixin of an input drawn without templates: they cost more than a page where there are thirty of them."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        drawn = self.get_context(name, value, attrs)["widget"]  # type: ignore[attr-defined]
        given = {"type": drawn["type"], "name": drawn["name"], "value": drawn["value"], **drawn["attrs"]}
        return format_html("<input{}>", flatatt(given))


class DateInput(Untemplated, forms.DateInput):
    """A text field: pickers are slow for a date one has in front of the eyes, and hide the order of the parts."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(
            {"inputmode": "numeric", "autocomplete": "off", "class": "w-num", **(attrs or {})}, format="%d/%m/%Y"
        )


class DayField(forms.DateField):
    """A civil date typed as 15/09/2025, 15-9-2025, 15.09.25 or 2025-09-15, of a year somebody may have lived."""

    widget = DateInput
    default_error_messages = {"year": "Vérifiez l’année de cette date."}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", f"Exemple{NBSP}: 15/09/2025")
        super().__init__(input_formats=DATE_FORMATS, **kwargs)

    def to_python(self, value: Any) -> date | None:
        day: date | None = super().to_python(" ".join(value.split()) if isinstance(value, str) else value)
        if day and not FIRST_DAY <= day <= LAST_DAY:
            raise forms.ValidationError(self.error_messages["year"], code="year")
        return day


class SiretField(forms.CharField):
    """Gives the 14 digits; spaces are accepted."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "14 chiffres. Les espaces sont acceptés.")
        super().__init__(**kwargs)
        self.widget.attrs |= {"inputmode": "numeric", "autocomplete": "off", "class": "w-mid"}

    def clean(self, value: Any) -> str:
        typed: str = super().clean(value)
        return clean_siret(typed) if typed else ""


class PhoneField(forms.CharField):
    """Gives +33300000000."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs |= {"inputmode": "tel", "autocomplete": "tel", "class": "w-mid"}

    def clean(self, value: Any) -> str:
        typed: str = super().clean(value)
        return clean_phone(typed) if typed else ""


class PersonNameField(forms.CharField):
    """First or last name; regular spaces, apostrophes and capitals."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"max_length": 80} | kwargs))
        self.widget.attrs |= {"class": "w-mid", "spellcheck": "false"}

    def to_python(self, value: Any) -> str:
        return clean_person_name(super().to_python(value) or "")


class MultipleFileInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class MultipleFilesField(forms.FileField):
    """Several files at once. What the files are, were it empty, is checked by the service that stores them, one by
    one: a bad file is named and keeps none of the others out."""

    widget = MultipleFileInput

    def __init__(self, *, accept: str = ".pdf,.jpg,.jpeg,.png", **kwargs: Any) -> None:
        kwargs.setdefault("help_text", f"PDF, JPEG ou PNG, 20{NBSP}Mo par fichier, plusieurs à la fois.")
        super().__init__(allow_empty_file=True, **kwargs)
        self.widget.attrs["accept"] = accept

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = data if isinstance(data, list | tuple) else [data]
        files = [file for file in files if file is not None]
        if not files:
            super().clean(None, initial)
            return []
        return [super(MultipleFilesField, self).clean(file, initial) for file in files]
