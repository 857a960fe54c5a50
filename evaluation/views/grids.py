"""What every screen with a grid shares: the ticks on screen, the way they are saved, the live totals."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.generic import View

from core import clock
from core.components import in_words
from core.french import decimal_fr
from evaluation import selectors, services
from evaluation.enums import STAGE_OF_ROUND, Round
from evaluation.errors import CommentRequired, EvaluationRefused, ReasonsRequired, StaleFacts, StaleScoring
from evaluation.facts import Facts, Proposal, confirmed
from evaluation.forms import FactsForm, GridForm
from evaluation.grid import score
from evaluation.merge import content_of, reason_name
from evaluation.models import Cer, Scoring
from evaluation.rights import may_write_round
from evaluation.sheet import Clash, Notes, sheet
from evaluation.told import ToldFacts, told_facts
from evaluation.views.merging import Meanwhile
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

    def compared(self, cer: Cer, scorings: dict[str, Scoring]) -> dict[str, list[str]]:
        """The other rounds' ticks to show beside these."""
        return {}

    def is_settled(self, cer: Cer, saved: Scoring | None) -> bool:
        """Is the grid shown to be read, beside the other rounds, rather than to be filled in?"""
        return False

    def besides(self) -> dict[str, Any]:
        """What else the page is told when it saves."""
        return {}

    def get_scores(self, cer: Cer, typed: Scoring | None = None) -> selectors.PanelScores | selectors.Glance:
        """The scores beside the grid: this round's, with the CER under the eyes, as `typed` if it is not saved."""
        return selectors.panel_scores(cer.panel, self.round, including=cer, typed=typed)

    def around(self, cer: Cer, typed: Scoring | None) -> tuple[Cer, Any, selectors.Place]:
        """The CER with its scorings, the scores beside it, where it stands in its panel."""
        scores: Any = self.get_scores(cer, typed)
        return scores.of(cer).cer, scores, scores.place_of(cer)

    def get_context_data(
        self, cer: Cer, form: GridForm | None = None, clashes: dict[str, Clash] | None = None
    ) -> dict[str, Any]:
        """The grid as saved, or as it was just sent in a `form` that was refused, or whose words clash."""
        cer, scores, place = self.around(cer, self.typed(cer, form))
        scorings = {scoring.round: scoring for scoring in cer.scorings.all()}
        saved, told = scorings.get(self.round), told_facts(cer, self.round)
        return {
            "cer": cer,
            "panel": cer.panel,
            "scoring": saved,
            "writable": self.may_write(cer),
            "refused": form.non_field_errors() if form else (),
            "stale": bool(form and form.stale),
            "save_url": self.get_save_url(cer),
            "history_url": reverse("cer_history", args=[cer.pk]),
            "place": place.rank,
            "total": place.total,
            "ahead": place.ahead,
            "previous_url": self.get_page_url(Cer(pk=place.previous)) if place.previous else "",
            "next_url": self.get_page_url(Cer(pk=place.following)) if place.following else "",
            **self.grid(cer, scorings, form, clashes or {}, told.proposals),
            **self.facts(told, saved, scores),
            **self.totals(cer, scores),
        }

    def grid(
        self, cer: Cer, scorings: dict[str, Scoring], form: GridForm | None, clashes: dict[str, Clash],
        proposed: dict[str, Proposal],
    ) -> dict[str, Any]:  # fmt: skip
        """The lines, beside those of the rounds that may be seen."""
        settled, compared = self.is_settled(cer, scorings.get(self.round)), self.compared(cer, scorings)
        if form is None or settled:
            initial = self.starting_point(scorings) | {"shown": cer.shown_in(self.round)}
            form = GridForm(lines=line_ids(cer), reasons=self.round == Round.SESSION, initial=initial)
        criteria = self.criteria(cer, form, compared, clashes, proposed)
        rows = [row for part in criteria for row in part.lines]
        return {
            "form": form,
            "settled": settled,
            "criteria": criteria,
            "changed": [row for row in rows if (row.revised if "control" in compared else row.differs)],
            "asks_reasons": bool(form.reasons),
            "clash": clashes.get("comment"),
            "shows_own": "own" in compared,
            "line_count": len(line_ids(cer)),
            "own_points": points_of(cer, compared["own"]) if "own" in compared else None,
        }

    def facts(
        self, told: ToldFacts, saved: Scoring | None, scores: selectors.PanelScores | selectors.Glance
    ) -> dict[str, Any]:
        """What the contract says of itself."""
        result = scores.of(told.cer).score
        return {
            "told": told,
            "facts_open": False,
            "proposes": bool(told.proposals),
            "facts_fields": kept_fields(told.facts, told.version),
            "facts_url": self.get_facts_url(told.cer),
            "vigilance": told.vigilance(result if saved and saved.validated_at else None),
        }

    def starting_point(self, scorings: dict[str, Scoring]) -> dict[str, Any]:
        """What is on screen before anything is ticked: the grid as saved. The session starts from the DPID's ticks."""
        saved = scorings.get(self.round)
        base = saved or (scorings.get(Round.CONTROL) if self.round == Round.SESSION else None)
        words = content_of(saved).words if saved else {"comment": ""}
        return {"ticks": base.ticks if base else [], "version": saved.version if saved else 0, **words}

    def typed(self, cer: Cer, form: GridForm | None) -> Scoring | None:
        """What was just sent and refused, for the totals of the page that shows it again."""
        return Scoring(cer=cer, round=self.round, ticks=known_ticks(cer, form)) if form else None

    def criteria(
        self, cer: Cer, form: GridForm, compared: dict[str, list[str]], clashes: dict[str, Clash],
        proposed: dict[str, Proposal],
    ) -> Any:  # fmt: skip
        if not cer.contract_type:
            return ()
        faults = {name: str(errors[0]) for name in form.reasons if (errors := form[name].errors)}
        notes = Notes(form.words, faults, clashes)
        ticks = known_ticks(cer, form)
        return sheet(cer.panel.rulebook.grid, cer.contract_type, ticks, proposed=proposed, notes=notes, **compared)

    def totals(self, cer: Cer, scores: selectors.PanelScores | selectors.Glance) -> dict[str, Any]:
        result = scores.of(cer).score
        return {
            "scores": scores,
            "points": result.points if result else None,
            "rate": result.rate if result else None,
            "grid_total": cer.panel.rulebook.grid.total,
            "referent_mean": scores.mean_of(cer.referent),
        }

    def page(self, cer: Cer, form: GridForm | None = None, status: int = 200) -> HttpResponse:
        return render(self.request, self.template_name, self.get_context_data(cer, form), status=status)

    def page_with_clashes(self, cer: Cer, meanwhile: Meanwhile) -> HttpResponse:
        """Everything else is saved; the words that two people wrote are there to choose from, side by side."""
        kept, sent = meanwhile.scoring, meanwhile.form.words
        words = {name: text for name, text in sent.items() if name in meanwhile.clashes}
        initial = {
            "ticks": kept.ticks,
            "version": kept.version,
            "shown": cer.shown_in(self.round),
            **content_of(kept).words,
            **words,
        }
        form = GridForm(lines=line_ids(cer), reasons=self.round == Round.SESSION, initial=initial)
        context = self.get_context_data(cer, form, meanwhile.clashes)
        return render(self.request, self.template_name, context, status=409)

    def write(self, service: Callable[..., Scoring], cer: Cer) -> Meanwhile | GridForm:
        """Call `service` with what was sent; gives the form back, with the reason in it, when it is refused."""
        form = GridForm(self.request.POST, lines=line_ids(cer), reasons=self.round == Round.SESSION)
        if not form.is_valid():
            return form
        given = form.given
        if "confirm" in self.request.POST:
            given["ticks"] = confirmed(given["ticks"], told_facts(cer, self.round).proposals, line_ids(cer))
        try:
            return Meanwhile(
                service(cer=cer, round=self.round, actor=self.request.user, now=clock.now(), **given), form
            )
        except ReasonsRequired as refusal:
            for line in refusal.lines:
                form.add_error(reason_name(line), "Dites pourquoi cette ligne est révisée.")
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
        if written.clashes:
            return self.page_with_clashes(cer, written)
        if written.unseen:
            words = f"{written.in_words(line_words(cer))} Rien n’est validé\u00a0: relisez la grille, puis validez-la."
            messages.warning(request, words)
            return HttpResponseRedirect(self.get_page_url(cer))
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
        if written.clashes:
            return self.page_with_clashes(cer, written)
        messages.success(request, f"Coches enregistrées. {written.in_words(line_words(cer))}".strip())
        return HttpResponseRedirect(self.get_page_url(cer))

    def refusal(self, form: GridForm) -> HttpResponse:
        words = in_words(form) if form.stale else f"{in_words(form)} Cette grille n’est pas encore enregistrée."
        return HttpResponse(words, status=form.status, content_type="text/plain; charset=utf-8")

    def new_totals(self, cer: Cer, meanwhile: Meanwhile) -> JsonResponse:
        """What the page shows next: totals, points by criterion, what somebody else changed, the version to send. 409
        when words are to be chosen; the rest is saved."""
        scores = self.get_scores(cer, meanwhile.scoring)
        result = scores.of(cer)
        context = {"cer": result.cer, **self.totals(cer, scores)}
        parts = result.score.criteria if result.score else ()
        response = JsonResponse(
            {
                "totals": render_to_string(self.totals_template, context),
                "criteria": {part.criterion.id: decimal_fr(part.points) for part in parts},
                **meanwhile.as_json(self.request, self.get_save_url(cer)),
                **self.besides(),
            },
            status=409 if meanwhile.clashes else 200,
        )
        response["X-Version"] = str(meanwhile.scoring.version)
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
            context = self.get_context_data(cer) | {"facts_fields": facts_fields(form), "facts_open": True}
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


def facts_fields(form: FactsForm) -> SafeString:
    return render_to_string("evaluation/_facts_fields.html", {"facts_form": form})


@lru_cache(maxsize=256)
def kept_fields(facts: Facts, version: int) -> SafeString:
    """Nobody's secret and no CSRF token in it: the fields depend on these facts alone."""
    return facts_fields(FactsForm(facts=facts, version=version))


def known_ticks(cer: Cer, form: GridForm) -> list[str]:
    """What the form has ticked, less the lines that this grid does not have."""
    ticked = form["ticks"].value() or []
    return [line for line in line_ids(cer) if line in ticked]


def line_ids(cer: Cer) -> list[str]:
    return list(line_words(cer))


def line_words(cer: Cer) -> dict[str, str]:
    """The words of each line of this CER's grid, in its order."""
    if not cer.contract_type:
        return {}
    return {line.id: line.text for line in cer.panel.rulebook.grid.lines_for(ContractType(cer.contract_type))}


def points_of(cer: Cer, ticks: list[str]) -> Any:
    return score(cer.panel.rulebook.grid, cer.contract_type, ticks).points if cer.contract_type else None
