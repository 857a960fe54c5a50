"""What is decided of each sign found in a contract, and the boxes drawn over what was not found."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms

from core.forms import PortalForm
from documents.enums import Ruling
from documents.masking import MOST_BOXES, Decision
from documents.models import Finding
from documents.rulings import Place
from evaluation.enums import IdentifyingKind

CHOICES = ((Ruling.MASKED.value, "Masquer"), (Ruling.NOT_PERSONAL.value, "Pas une donnée personnelle"))
BANDS = 3
"""Bands of a page that may be given in figures where there is no script; the page comes back for more."""


class MaskingForm(PortalForm):
    """Two fields for each finding; `box` holds the drawn ones, as « page:gauche,haut,droite,bas »."""

    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, findings: Iterable[Finding], page_count: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.findings, self.page_count = list(findings), page_count
        self.drawn: dict[int, list[Place]] = {}
        for number, finding in enumerate(self.findings, 1):
            named = f"Repérage {number}, {finding.get_kind_display().lower()}"
            self.fields[f"ruling_{finding.pk}"] = forms.ChoiceField(
                label=named, choices=CHOICES, widget=forms.RadioSelect,
                error_messages={"required": "Choisissez\u00a0: masquer, ou pas une donnée personnelle."},
            )  # fmt: skip
            self.fields[f"why_{finding.pk}"] = forms.CharField(
                label="Pourquoi", required=False, max_length=300,
                widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
            )  # fmt: skip

    @property
    def rows(self) -> Iterator[tuple[Finding, Any, Any]]:
        for finding in self.findings:
            yield finding, self[f"ruling_{finding.pk}"], self[f"why_{finding.pk}"]

    @property
    def sent_boxes(self) -> list[str]:
        return self.data.getlist("box") if self.is_bound else []

    @property
    def bands(self) -> list[tuple[int, str, str, str]]:
        typed = self._typed_bands()
        return [
            (number, *(typed[number - 1] if len(typed) >= number else ("", "", ""))) for number in range(1, BANDS + 1)
        ]

    @property
    def decisions(self) -> dict[int, Decision]:
        """Once the form is valid."""
        return {
            finding.pk: Decision(
                masked=self.cleaned_data[f"ruling_{finding.pk}"] == Ruling.MASKED,
                justification=self.cleaned_data[f"why_{finding.pk}"],
            )
            for finding in self.findings
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for finding in self.findings:
            spared = cleaned.get(f"ruling_{finding.pk}") == Ruling.NOT_PERSONAL
            if spared and f"why_{finding.pk}" in cleaned and not cleaned[f"why_{finding.pk}"]:
                self.add_error(f"why_{finding.pk}", "Dites pourquoi\u00a0: la DPID lira votre explication.")
        self._read_boxes()
        self._read_bands()
        return cleaned

    def _read_boxes(self) -> None:
        for text in self.sent_boxes[: MOST_BOXES + 1]:
            try:
                page, _, sides = text.partition(":")
                box = [float(side) for side in sides.split(",")]
                self.drawn.setdefault(int(page), []).append(box)
            except ValueError:
                self.add_error(None, "Un cadre n’est pas arrivé en entier. Tracez-le de nouveau.")

    def _typed_bands(self) -> list[tuple[str, str, str]]:
        if not self.is_bound:
            return []
        columns = (self.data.getlist(f"band_{part}")[:BANDS] for part in ("page", "top", "bottom"))
        return list(zip(*columns, strict=False))

    def _read_bands(self) -> None:
        """The whole width of a page between two heights, in percent from its top."""
        for page, top, bottom in self._typed_bands():
            if not (page.strip() or top.strip() or bottom.strip()):
                continue
            try:
                number, start, end = int(page), int(top) / 100, int(bottom) / 100
            except ValueError:
                number = start = end = 0
            if not (1 <= number <= self.page_count and 0 <= start < end <= 1):
                self.add_error(
                    None,
                    f"Zone à masquer\u00a0: donnez une page de 1 à {self.page_count} et deux hauteurs de 0 à 100, "
                    "la première plus petite que la seconde.",
                )
                continue
            self.drawn.setdefault(number, []).append([0, start, 1, end])


class WithdrawalForm(PortalForm):
    """What kind of sign; never its words, which would be kept again."""

    kind = forms.ChoiceField(
        label="Qu’est-ce qui fait reconnaître quelqu’un\u202f?", choices=IdentifyingKind, widget=forms.RadioSelect
    )
