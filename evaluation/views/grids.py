"""What every screen with a grid shares: the ticks on screen, the way they are saved, the live totals."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.generic import View

from core import clock
from core.components import in_words
from core.french import decimal_fr
from evaluation import selectors, services
from evaluation.enums import STAGE_OF_ROUND, Round
from evaluation.errors import CommentRequired, EvaluationRefused, StaleFacts, StaleScoring
from evaluation.facts import Proposal, confirmed
from evaluation.forms import FactsForm, GridForm
from evaluation.models import Cer, Scoring
from evaluation.rights import may_write_round
from evaluation.sheet import sheet
from evaluation.told import told_facts
from rulebook.enums import ContractType


class GridView(View):
    """One CER's grid in one round. Subclasses say who may open it, how it looks and where each door leads."""

    round: Round
    template_name: str
    totals_template: str

    def get_cer(self) -> Cer:
        """The CER of this address, with its panel and structure; Http404 outside the person's scope."""
        raise NotImplementedError

    def get_page_url(self, cer: Cer) -> str:
        raise NotImplementedError

    def get_save_url(self, cer: Cer) -> str:
        raise NotImplementedError

    def get_facts_url(self, cer: Cer) -> str:
        """Where the facts of the contract are saved."""
        raise NotImplementedError

    def get_success_url(self, cer: Cer) -> str:
        """Where a validated grid leads."""
        raise NotImplementedError

    def cer_to_score(self) -> Cer:
        """403 to those who read this grid and never write in it; the service says when it is not the time."""
        cer = self.get_cer()
        if not may_write_round(self.request.user, self.round):
            raise PermissionDenied
        return cer

    def may_write(self, cer: Cer) -> bool:
        readable = self.round == Round.SELF or bool(cer.file and cer.file.is_ready)
        return (
            readable
            and may_write_round(self.request.user, self.round)
            and cer.panel.stage == STAGE_OF_ROUND[self.round]
        )

    def compared(self, scorings: dict[str, Scoring]) -> dict[str, list[str]]:
        """The other rounds' ticks to show beside these."""
        return {}

    def get_scores(self, cer: Cer, typed: Scoring | None = None) -> selectors.PanelScores:
        """The scores beside the grid: this round's, with the CER under the eyes, as `typed` if it is not saved."""
        return selectors.panel_scores(cer.panel, self.round, including=cer, typed=typed)

    def get_context_data(self, cer: Cer, form: GridForm | None = None) -> dict[str, Any]:
        """The grid as saved, or as it was just sent in a bound `form` that was refused."""
        scores = self.get_scores(cer, self.typed(cer, form))
        cers = [result.cer for result in scores.results]
        cer = next(other for other in cers if other.pk == cer.pk)
        place = cers.index(cer)
        scorings = {scoring.round: scoring for scoring in cer.scorings.all()}
        saved = scorings.get(self.round)
        form = form or GridForm(lines=line_ids(cer), initial=self.starting_point(scorings))
        told = told_facts(cer, self.round)
        score = scores.of(cer).score
        return {
            "cer": cer,
            "panel": cer.panel,
            "scoring": saved,
            "writable": self.may_write(cer),
            "form": form,
            "criteria": self.criteria(cer, form, scorings, told.proposals),
            "told": told,
            "shows_own": bool(self.compared(scorings).get("own")),
            "facts_open": False,
            "proposes": bool(told.proposals),
            "facts_form": FactsForm(facts=told.facts, version=told.version),
            "facts_url": self.get_facts_url(cer),
            "vigilance": told.vigilance(score if saved and saved.validated_at else None),
            "save_url": self.get_save_url(cer),
            "place": place + 1,
            "previous_url": self.get_page_url(cers[place - 1]) if place else "",
            "next_url": self.get_page_url(cers[place + 1]) if place + 1 < len(cers) else "",
            **self.totals(cer, scores),
        }

    def starting_point(self, scorings: dict[str, Scoring]) -> dict[str, Any]:
        """What is on screen before anything is ticked: the grid as saved. The session starts from the DPID's ticks."""
        saved = scorings.get(self.round)
        base = saved or (scorings.get(Round.CONTROL) if self.round == Round.SESSION else None)
        return {
            "ticks": base.ticks if base else [],
            "comment": saved.comment if saved else "",
            "version": saved.version if saved else 0,
        }

    def typed(self, cer: Cer, form: GridForm | None) -> Scoring | None:
        """What was just sent and refused, for the totals of the page that shows it again."""
        return Scoring(cer=cer, round=self.round, ticks=known_ticks(cer, form)) if form else None

    def criteria(self, cer: Cer, form: GridForm, scorings: dict[str, Scoring], proposed: dict[str, Proposal]) -> Any:
        if not cer.contract_type:
            return ()
        grid, ticks = cer.panel.rulebook.grid, known_ticks(cer, form)
        return sheet(grid, cer.contract_type, ticks, proposed=proposed, **self.compared(scorings))

    def totals(self, cer: Cer, scores: selectors.PanelScores) -> dict[str, Any]:
        score = scores.of(cer).score
        return {
            "scores": scores,
            "points": score.points if score else None,
            "rate": score.rate if score else None,
            "grid_total": cer.panel.rulebook.grid.total,
            "referent_mean": scores.structure.per_referent.get(cer.referent.code),
        }

    def page(self, cer: Cer, form: GridForm | None = None, status: int = 200) -> HttpResponse:
        return render(self.request, self.template_name, self.get_context_data(cer, form), status=status)

    def write(self, service: Callable[..., Scoring], cer: Cer) -> Scoring | GridForm:
        """Call `service` with what was sent; gives the form back, with the reason in it, when it is refused."""
        form = GridForm(self.request.POST, lines=line_ids(cer))
        if not form.is_valid():
            return form
        given = form.cleaned_data
        if "confirm" in self.request.POST:
            given["ticks"] = confirmed(given["ticks"], told_facts(cer, self.round).proposals, line_ids(cer))
        try:
            return service(cer=cer, round=self.round, actor=self.request.user, now=clock.now(), **given)
        except EvaluationRefused as refusal:
            form.add_error("comment" if isinstance(refusal, CommentRequired) else None, str(refusal))
            form.stale = isinstance(refusal, StaleScoring)
            return form


class GridPage(GridView):
    """Open a grid; validate it and go on."""

    http_method_names = ["get", "head", "post"]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.page(self.get_cer())

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        cer = self.cer_to_score()
        written = self.write(services.validate_scoring, cer)
        if isinstance(written, GridForm):
            return self.page(cer, written, status=written.status)
        return HttpResponseRedirect(self.get_success_url(cer))


class GridSave(GridView):
    """Keep the ticks without validating: the autosave, and the « Enregistrer » button where there is no script."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        cer = self.cer_to_score()
        by_script = "X-Autosave" in request.headers
        written = self.write(services.save_ticks, cer)
        if isinstance(written, GridForm):
            return self.refusal(written) if by_script else self.page(cer, written, status=written.status)
        if by_script:
            return self.new_totals(cer, written)
        messages.success(request, "Coches enregistrées.")
        return HttpResponseRedirect(self.get_page_url(cer))

    def refusal(self, form: GridForm) -> HttpResponse:
        words = in_words(form) if form.stale else f"{in_words(form)} Cette grille n’est pas encore enregistrée."
        return HttpResponse(words, status=form.status, content_type="text/plain; charset=utf-8")

    def new_totals(self, cer: Cer, scoring: Scoring) -> JsonResponse:
        """What the page shows next: totals, points by criterion, and the version to send."""
        scores = self.get_scores(cer)
        result = scores.of(cer)
        context = {"cer": result.cer, **self.totals(cer, scores)}
        parts = result.score.criteria if result.score else ()
        response = JsonResponse(
            {
                "totals": render_to_string(self.totals_template, context, self.request),
                "criteria": {part.criterion.id: decimal_fr(part.points) for part in parts},
            }
        )
        response["X-Version"] = str(scoring.version)
        return response


class FactsSave(GridView):
    """Keep the facts of the contract: what they propose follows at once, and is still to be confirmed."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        cer = self.cer_to_score()
        form = FactsForm(request.POST)
        refused = self.refused(cer, form)
        if refused and "X-Autosave" in request.headers:
            return HttpResponse(in_words(form), status=refused, content_type="text/plain; charset=utf-8")
        if refused:
            context = self.get_context_data(cer) | {"facts_form": form, "facts_open": True}
            return render(request, self.template_name, context, status=refused)
        if "X-Autosave" not in request.headers:
            messages.success(request, "Faits du contrat enregistrés.")
            return HttpResponseRedirect(self.get_page_url(cer))
        told = told_facts(cer, self.round)
        response = JsonResponse(
            {
                "proposals": {line: [each.granted, each.reason] for line, each in told.proposals.items()},
                "vigilance": render_to_string("evaluation/_vigilance.html", {"vigilance": told.vigilance(None)}),
                "summary": told.summary,
            }
        )
        response["X-Version"] = str(told.version)
        return response

    def refused(self, cer: Cer, form: FactsForm) -> int:
        """The HTTP status of what could not be kept, its reason in the form; 0 once it is."""
        if not form.is_valid():
            return 422
        actor: Any = self.request.user
        try:
            services.save_facts(
                cer=cer, round=self.round, facts=form.facts, version=form.cleaned_data["version"], actor=actor,
                now=clock.now(),
            )  # fmt: skip
        except EvaluationRefused as refusal:
            form.add_error(None, str(refusal))
            return 409 if isinstance(refusal, StaleFacts) else 422
        return 0


def known_ticks(cer: Cer, form: GridForm) -> list[str]:
    """What the form has ticked, less the lines that this grid does not have."""
    ticked = form["ticks"].value() or []
    return [line for line in line_ids(cer) if line in ticked]


def line_ids(cer: Cer) -> list[str]:
    if not cer.contract_type:
        return []
    return [line.id for line in cer.panel.rulebook.grid.lines_for(ContractType(cer.contract_type))]
