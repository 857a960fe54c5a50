"""Step 4: the self-evaluation, with the addresses and the steps of the filing."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from applications import selectors
from applications.filing import Step, draft_state, steps
from applications.views.filing import member, no_draft
from core import clock
from evaluation.models import Cer
from evaluation.views.self_evaluation import (
    SelfCerDetails,
    SelfEvaluateCer,
    SelfEvaluation,
    SelfOverview,
    SelfSaveCer,
    SelfSaveFacts,
)
from evaluation.views.self_import import (
    SelfImportCheck,
    SelfImportConfirm,
    SelfImportDrop,
    SelfImportStart,
    SelfTemplate,
)


class FilingStep(SelfEvaluation):
    """Where the doors of the self-evaluation lead within the filing."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if selectors.draft_of(member(request).structure_id or 0) is None:
            return no_draft(request)
        return super().dispatch(request, *args, **kwargs)

    def get_steps(self) -> Any:
        draft = selectors.draft_of(member(self.request).structure_id or 0)
        return steps(draft_state(draft, today=clock.today()), Step.SELF) if draft else None

    def get_overview_url(self) -> str:
        return Step.SELF.url

    def get_page_url(self, cer: Cer) -> str:
        return reverse("filing_self_cer", args=[cer.pk])

    def get_save_url(self, cer: Cer) -> str:
        return reverse("filing_self_save", args=[cer.pk])

    def get_details_url(self, cer: Cer) -> str:
        return reverse("filing_self_details", args=[cer.pk])

    def get_next_step_url(self) -> str:
        return Step.SUMMARY.url


class FilingSelf(FilingStep, SelfOverview):
    """Every CER, its points, the means."""

    def get_context_data(self) -> dict[str, Any]:
        return {**super().get_context_data(), "before": Step.CERS}


class FilingSelfCer(FilingStep, SelfEvaluateCer):
    """One grid."""


class FilingSelfSave(FilingStep, SelfSaveCer):
    """Its autosave."""


class FilingSelfFacts(FilingStep, SelfSaveFacts):
    """The facts of its contract."""


class FilingSelfDetails(FilingStep, SelfCerDetails):
    """Its type and N° CAF."""


class FilingSelfTemplate(FilingStep, SelfTemplate):
    """The spreadsheet to fill in."""


class FilingSelfImport(FilingStep, SelfImportStart):
    """The spreadsheet filled in."""


class FilingSelfImportCheck(FilingStep, SelfImportCheck):
    """What it would write."""


class FilingSelfImportConfirm(FilingStep, SelfImportConfirm):
    """All of it, at once."""


class FilingSelfImportDrop(FilingStep, SelfImportDrop):
    """None of it."""
