"""What the SLAI writes on a CER."""

from typing import Any

from django import forms

from core.forms import PortalForm
from evaluation.models import Cer, SlaiRemark
from evaluation.services.remarks import REMARK_LIMIT
from rulebook.enums import ContractType


class RemarkForm(PortalForm):
    """`version` is the one that was on screen."""

    text = forms.CharField(
        label="Votre remarque",
        max_length=REMARK_LIMIT,
        help_text="Ce que vous savez du terrain. Sans nom, ni rien qui fasse reconnaître quelqu’un.",
        error_messages={"required": "Écrivez votre remarque."},
        widget=forms.Textarea({"rows": 5}),
    )
    lines = forms.MultipleChoiceField(
        label="Lignes concernées, s’il y en a",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Cette ligne n’est pas dans la grille de ce CER."},
    )
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, cer: Cer, last: SlaiRemark | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lines = cer.panel.rulebook.grid.lines_for(ContractType(cer.contract_type))
        self.fields["lines"].choices = [(line.id, line.text) for line in lines]  # type: ignore[attr-defined]
        self.initial = {
            "text": last.text if last else "",
            "lines": last.lines if last else [],
            "version": last.version if last else 0,
        }

    def take_version(self, last: SlaiRemark | None) -> None:
        """What was typed stays; the next save answers the version that the person now reads."""
        self.data = self.data.copy()
        self.data["version"] = str(last.version if last else 0)
