"""Two tabs, or two people, on the same form: what was on screen is known by its version, and nothing is written over
newer answers unseen."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from hashlib import sha256
from typing import Any

from django import forms
from django.db.models import Model
from django.utils.choices import flatten_choices

from core.french import day_date
from core.transitions import StaleState

TO_COMPARE = "Rien n’est écrasé\u00a0: comparez, puis envoyez de nouveau ce qu’il faut garder."


class Overtaken(StaleState):
    """The row was changed since the form was shown; nothing was written."""

    def __init__(self) -> None:
        super().__init__(
            "Ces informations ont été changées depuis l’ouverture de cette page, dans un autre onglet ou par une "
            f"autre personne. {TO_COMPARE}"
        )


def version_of(row: Model, names: Iterable[str]) -> str:
    """Stands for these fields as they are kept."""
    answers = json.dumps({name: str(getattr(row, name)) for name in names}, sort_keys=True)
    return sha256(answers.encode()).hexdigest()[:16]


def check_version(row: Model, version: str, answers: Mapping[str, Any]) -> None:
    """Overtaken when `answers` would change the locked `row`, and `version` is not that of what it holds. The same
    answers are no conflict; without a version nothing is compared."""
    changed = any(getattr(row, name) != value for name, value in answers.items())
    if changed and version and version != version_of(row, answers):
        raise Overtaken


class Versioned:
    """Mixin of a form that edits the `compared` fields of a row (`edits`); it carries the version on screen."""

    fields: dict[str, forms.Field]
    data: Any
    cleaned_data: dict[str, Any]
    compared: tuple[str, ...] = ()
    elsewhere: list[tuple[str, str]] | None = None
    """Once overtaken: what is kept where something else was typed, to be shown beside it."""

    def edits(self, row: Model) -> None:
        version = version_of(row, self.compared)
        self.fields["version"] = forms.CharField(widget=forms.HiddenInput, required=False, initial=version)

    def overtaken(self, changed: Overtaken, row: Model) -> None:
        """Says why; what is sent next starts from `row` as it is now."""
        self.add_error(None, str(changed))  # type: ignore[attr-defined]
        self.data = self.data.copy()
        self.data[self.add_prefix("version")] = version_of(row, self.compared)  # type: ignore[attr-defined]
        self.elsewhere = [
            (str(self.fields[name].label), self.shown(row, name))
            for name in self.compared
            if name in self.fields and self.cleaned_data.get(name) != self.kept(row, name)
        ]

    def kept(self, row: Model, name: str) -> Any:
        """What the row holds, as this form says it."""
        return getattr(row, name)

    def shown(self, row: Model, name: str) -> str:
        value = self.kept(row, name)
        choices: dict[Any, Any] = dict(flatten_choices(getattr(self.fields[name], "choices", ())))
        if isinstance(value, bool):
            return "Oui" if value else "Non"
        if isinstance(value, date):
            return day_date(value)
        return str(choices.get(value, "" if value is None else value))
