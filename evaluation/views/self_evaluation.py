"""The structure's self-evaluation (CdC 5-2): step 4 of the filing, ready to be subclassed by `applications`.

A subclass gives the panel of the open draft (`get_panel`) and the filing steps (`get_steps`), and declares the
addresses under the names of `SelfEvaluation`; nothing else.
"""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.generic import View

from accounts.roles import is_structure
from core import clock
from evaluation import selectors, services
from evaluation.annex import offered_annexes
from evaluation.enums import PanelStage, Round
from evaluation.errors import EvaluationRefused
from evaluation.forms import CerDetailsForm
from evaluation.models import Cer, Panel
from evaluation.views.grids import FactsSave, GridPage, GridSave, GridView
from rulebook.enums import ReferenceMode


class SelfEvaluation(View):
    """What the screens share. The names are those of the addresses that the filing declares."""

    overview_name = "filing_self"
    page_name = "filing_self_cer"
    save_name = "filing_self_save"
    details_name = "filing_self_details"
    facts_name = "filing_self_facts"
    next_step_name = "filing_summary"

    def get_panel(self) -> Panel:
        """The panel in preparation of the person's structure; Http404 without one."""
        if not is_structure(self.request.user):
            raise Http404
        panels = Panel.objects.visible_to(self.request.user).filter(stage=PanelStage.DRAFT)
        panel = panels.select_related("structure").first()
        if panel is None:
            raise Http404
        return panel

    def get_steps(self) -> Any:
        """The filing steps for `{% steps %}`, this one being current; None without."""
        return None

    def get_page_url(self, cer: Cer) -> str:
        return reverse(self.page_name, args=[cer.pk])

    def get_save_url(self, cer: Cer) -> str:
        return reverse(self.save_name, args=[cer.pk])

    def get_facts_url(self, cer: Cer) -> str:
        return reverse(self.facts_name, args=[cer.pk])

    def get_cer(self) -> Cer:
        panel = self.get_panel()
        cer = get_object_or_404(
            panel.cers.in_round(Round.SELF).select_related("referent", "file"), pk=self.kwargs["cer_id"]
        )
        cer.panel = panel
        return cer


class SelfOverview(SelfEvaluation):
    """Points by CER, means by référent and for the structure, what is left to do."""

    http_method_names = ["get", "head"]
    template_name = "evaluation/self_overview.html"

    def get_context_data(self) -> dict[str, Any]:
        panel = self.get_panel()
        scores = selectors.panel_scores(panel, Round.SELF)
        left = next((result.cer for result in scores.results if result.score is None and result.cer.file), None)
        return {
            "panel": panel,
            "scores": scores,
            "referents": [
                (referent, [(result, self.get_page_url(result.cer)) for result in results], mean)
                for referent, results, mean in scores.by_referent()
            ],
            "started": {result.cer.pk for result in scores.results if result.cer.scorings.all()},
            "continue_url": self.get_page_url(left) if left else "",
            "next_step_url": reverse(self.next_step_name),
            "template_file_url": reverse("filing_self_template"),
            "import_url": reverse("filing_self_import"),
            "annexes": offered_annexes(panel, self.request.user),
            "steps": self.get_steps(),
            "before": None,
        }

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return render(request, self.template_name, self.get_context_data())


class SelfGrid(SelfEvaluation, GridView):
    round = Round.SELF
    template_name = "evaluation/self_evaluate.html"
    totals_template = "evaluation/_self_totals.html"

    def get_success_url(self, cer: Cer) -> str:
        """The next CER in order that has its file, then the overview: a structure may leave one for later."""
        cers = selectors.panel_cers(cer.panel, Round.SELF)
        place = next(index for index, other in enumerate(cers) if other.pk == cer.pk)
        following = next((other for other in cers[place + 1 :] if other.file), None)
        return self.get_page_url(following) if following else reverse(self.overview_name)

    def get_context_data(self, cer: Cer, form: Any = None, clashes: Any = None) -> dict[str, Any]:
        context = super().get_context_data(cer, form, clashes)
        return context | {
            "details": CerDetailsForm(cer=cer),
            "details_url": reverse(self.details_name, args=[cer.pk]),
            "overview_url": reverse(self.overview_name),
            "with_caf": cer.panel.rulebook.choice("cer.reference_mode") != ReferenceMode.NEUTRAL,
            "steps": self.get_steps(),
        }


class SelfEvaluateCer(SelfGrid, GridPage):
    """One CER's grid. POST validates it and goes to the next."""


class SelfSaveCer(SelfGrid, GridSave):
    """The autosave of one CER's grid."""


class SelfSaveFacts(SelfGrid, FactsSave):
    """The facts of one contract, as the structure types them."""


class SelfCerDetails(SelfGrid):
    """Type of contract and N° CAF of one CER."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        cer = self.get_cer()
        form = CerDetailsForm(request.POST, cer=cer)
        if form.is_valid() and self.save(cer, form):
            messages.success(request, f"{cer.reference}\u00a0: informations enregistrées.")
            return HttpResponseRedirect(self.get_page_url(cer))
        return render(request, self.template_name, self.get_context_data(cer) | {"details": form}, status=422)

    def save(self, cer: Cer, form: CerDetailsForm) -> bool:
        actor: Any = self.request.user
        try:
            if form.wanted_caf is not None:
                services.set_caf_number(cer=cer, caf_number=form.wanted_caf, actor=actor)
        except EvaluationRefused as refusal:
            form.add_error("caf_number", str(refusal))
            return False
        try:
            services.set_contract_type(
                cer=cer, contract_type=form.cleaned_data["contract_type"], actor=actor, now=clock.now()
            )
        except EvaluationRefused as refusal:
            form.add_error(None, str(refusal))
            return False
        return True
