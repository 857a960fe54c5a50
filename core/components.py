"""What views hand to the components of a page: plain, frozen, typed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.forms import BaseForm, BoundField
from django.utils.functional import Promise

from core.french import NBSP


class Progress(StrEnum):
    """How far a step is; the value is the CSS class of the mock-ups."""

    DONE = "is-done"
    NOW = "is-now"
    PARTIAL = "is-part"
    AHEAD = ""


@dataclass(frozen=True, slots=True)
class LifeStep:
    """A knot of « le fil de votre label » (six at most)."""

    label: str
    detail: str = ""
    progress: Progress = Progress.AHEAD


@dataclass(frozen=True, slots=True)
class FilingStep:
    """A step of a form in steps; an empty `url` is a step that can't be opened yet."""

    label: str
    detail: str
    url: str = ""
    progress: Progress = Progress.AHEAD
    current: bool = False


@dataclass(frozen=True, slots=True)
class Tab:
    label: str
    url: str
    count: int | None = None
    current: bool = False
    late: bool = False


@dataclass(frozen=True, slots=True)
class CalcStep:
    """One line of « Pourquoi cette date ? »: when, and what happens then."""

    when: date | str
    text: str


def calc_steps(steps: Any) -> list[CalcStep]:
    """Accepts pairs, objects with `date`/`when` and `text`, stored JSON ({"date", "text"}) or plain sentences."""
    return [_calc_step(step) for step in steps or ()]


def _calc_step(step: Any) -> CalcStep:
    if isinstance(step, CalcStep):
        return step
    if isinstance(step, str):
        return CalcStep("", step)
    if isinstance(step, dict):
        when, text = step.get("date") or step.get("when"), step["text"]
    elif isinstance(step, tuple | list):
        when, text = step
    else:
        when, text = getattr(step, "date", None) or getattr(step, "when", None), step.text
    return CalcStep(_civil(when), text)


def _civil(when: Any) -> date | str:
    """Stored steps carry ISO dates; words such as « + 30 jours » stay words."""
    if isinstance(when, str):
        try:
            return date.fromisoformat(when)
        except ValueError:
            return when
    return when or ""


@dataclass(frozen=True, slots=True)
class FieldMistake:
    """A line of the error summary: where to go and what is wrong."""

    target: str
    label: str
    message: str

    @property
    def words(self) -> str:
        """« Numéro SIRET : il manque un chiffre… »; a question keeps its own mark."""
        if not self.label:
            return self.message
        if self.label.endswith(("?", ":")):
            return f"{self.label} {self.message}"
        first, rest = self.message[:1], self.message[1:]
        return f"{self.label}{NBSP}: {first.lower() if rest[:1].islower() or rest[:1] in ' ’' else first}{rest}"


def in_words(*forms: BaseForm) -> str:
    """Every error of these forms in a few sentences, for an answer that has no page."""
    return " ".join(mistake.words for mistake in form_mistakes(*forms))


def form_mistakes(*forms: BaseForm) -> list[FieldMistake]:
    """Every error of these forms, in the order of the fields, form-wide errors first."""
    return [mistake for form in forms if form.is_bound for mistake in _mistakes(form)]


def _mistakes(form: BaseForm) -> Iterator[FieldMistake]:
    for message in form.non_field_errors():
        yield FieldMistake("", "", str(message))
    for field in form:
        for message in field.errors:
            target = "" if field.is_hidden else field_target(field)
            yield FieldMistake(target, _label(field), str(message))


def field_target(field: BoundField) -> str:
    """The id that can take the focus: the first choice of a group of radio buttons or boxes."""
    return field.id_for_label or (f"{field.auto_id}_0" if field.field.widget.use_fieldset else field.auto_id)


def _label(field: BoundField) -> str:
    label: str | Promise = field.label
    return str(label).strip()


@dataclass(frozen=True, slots=True)
class NavEntry:
    """A link of the header, of the person's menu or of the footer; `count` is what waits behind it."""

    label: str
    url: str
    current: bool = False
    count: int = 0
