"""The DPID's workstation: the queue, one CER at a time, and the DPID–SLAI working session on the same screen."""

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from accounts.models import User
from core import clock
from core.french import percent, plural
from documents.rulings import declared_not_personal
from evaluation import selectors, services
from evaluation.enums import PanelStage, Round
from evaluation.errors import ClaimHeld, EvaluationRefused
from evaluation.forms import ReopenForm
from evaluation.models import Cer, Panel, Scoring, SessionFlag
from evaluation.rights import may_abstain, may_read_cers, may_withdraw_files, may_write_round
from evaluation.views.claims import HeldGrid
from evaluation.views.grids import FactsSave, GridPage, GridSave, GridView

PANELS_PER_PAGE = 25


@require_safe
def scoring_queue(request: HttpRequest) -> HttpResponse:
    """The files whose CERs wait for scores, the most urgent first, with who is at work in them."""
    if not may_read_cers(request.user):
        raise PermissionDenied
    now = clock.now()
    page = Paginator(selectors.open_panels(request.user), PANELS_PER_PAGE).get_page(request.GET.get("page"))
    scorer = may_write_round(request.user, Round.CONTROL)
    context = {
        "page_obj": page,
        "rows": selectors.queue_rows(request.user, list(page), now),
        "waiting": selectors.scoring_queue(request.user).count(),
        "scorer": scorer,
        "resume": selectors.resume(request.user, now) if scorer else None,
    }
    return render(request, "evaluation/queue.html", context)


@require_safe
def resume_scoring(request: HttpRequest) -> HttpResponseRedirect:
    """Back to where this person stopped; to the queue when nothing is left for them."""
    if not may_write_round(request.user, Round.CONTROL):
        raise PermissionDenied
    cer = selectors.resume(request.user, clock.now())
    return redirect("score_cer", cer_id=cer.pk) if cer else redirect("scoring_queue")


@require_safe
def score_panel(request: HttpRequest, panel_id: int) -> HttpResponseRedirect:
    """Enter a panel where it waits: its first CER without a validated grid."""
    if not may_read_cers(request.user):
        raise Http404
    panel = get_object_or_404(Panel.objects.visible_to(request.user), pk=panel_id)
    in_session = panel.stage == PanelStage.SESSION
    round = Round.SESSION if in_session else Round.CONTROL
    cer = selectors.first_to_open(panel, round, user=request.user, now=clock.now())
    if cer is None:
        raise Http404
    return redirect("score_session" if in_session else "score_cer", cer_id=cer.pk)


class Workstation(GridView):
    template_name = "evaluation/workstation.html"
    totals_template = "evaluation/_workstation_totals.html"
    page_name: str
    save_name: str
    facts_name: str
    door_name: str
    """The page above that waits for these scores: it alone knows what they belong to."""
    opened: Any
    """The CER of this address, with what `selectors.cers_at_work` says of it."""

    def get_cer(self) -> Cer:
        if not may_read_cers(self.request.user):
            raise Http404
        self.opened = get_object_or_404(
            selectors.cers_at_work(self.request.user).in_round(self.round), pk=self.kwargs["cer_id"]
        )
        return self.opened

    @property
    def recused(self) -> bool:
        """This person has left the panel to others."""
        return self.opened.recused

    def may_write(self, cer: Cer) -> bool:
        return super().may_write(cer) and not self.recused

    def get_page_url(self, cer: Cer) -> str:
        return reverse(self.page_name, args=[cer.pk])

    def get_save_url(self, cer: Cer) -> str:
        return reverse(self.save_name, args=[cer.pk])

    def get_facts_url(self, cer: Cer) -> str:
        return reverse(self.facts_name, args=[cer.pk])

    def get_success_url(self, cer: Cer) -> str:
        """The next CER of the file; after the last one, what the scores are for."""
        if following := selectors.next_unscored(cer.panel, after=cer, round=self.round):
            return self.get_page_url(following)
        scores = selectors.effective_scores(cer.panel)
        words = f"Les {scores.total} CER de {cer.panel.label} sont validés" if scores.total > 1 else "Le CER est validé"
        messages.success(self.request, f"{words}, moyenne {percent(scores.decisive or 0)}.")
        return reverse(self.door_name, args=[cer.panel_id])

    def get_context_data(self, cer: Cer, form: Any = None, clashes: Any = None) -> dict[str, Any]:
        context = super().get_context_data(cer, form, clashes)
        heard = cer.panel.stage in (PanelStage.SESSION, PanelStage.CLOSED)
        remark = selectors.remark_of(cer) if heard else None
        return context | {
            "in_session": self.round == Round.SESSION,
            "remark": remark,
            "remark_lines": selectors.lines_named(remark, cer.panel.rulebook) if remark else [],
            "door_name": self.door_name,
            "claim": None,
            "claim_url": "",
            "recused": self.recused,
            "may_abstain": may_abstain(self.request.user),
            "pages": range(1, cer.file.page_count + 1) if cer.file and cer.file.is_ready else (),
            "spared": declared_not_personal(cer.file) if cer.file else (),
            "may_withdraw": may_withdraw_files(self.request.user) and bool(cer.file and cer.file.is_ready),
        }


class Control(HeldGrid, Workstation):
    round = Round.CONTROL
    page_name, save_name, facts_name, door_name = "score_cer", "save_cer", "save_facts", "file_of_panel"

    def compared(self, cer: Cer, scorings: dict[str, Scoring]) -> dict[str, list[str]]:
        """The structure's ticks come after the DPID's own judgment, unless the rulebook shows them at once."""
        own, control = scorings.get(Round.SELF), scorings.get(Round.CONTROL)
        return {"own": own.ticks} if own and selectors.shows_self(cer, control) else {}

    def get_scores(self, cer: Cer, typed: Scoring | None = None) -> selectors.Glance:
        return selectors.glance(cer, self.round, typed=typed)

    def around(self, cer: Cer, typed: Scoring | None) -> tuple[Cer, Any, selectors.Place]:
        cer = selectors.with_scorings(cer)
        return cer, self.get_scores(cer, typed), selectors.place_of(cer)

    def is_settled(self, cer: Cer, saved: Scoring | None) -> bool:
        """A validated grid is read beside the structure's; writing in it again asks for a reason."""
        return bool(saved and saved.validated_at)

    def get_success_url(self, cer: Cer) -> str:
        """The gaps with the structure, when there are some; else what follows."""
        rounds = {row.round: set(row.ticks) for row in cer.scorings.all()}
        if rounds.get(Round.SELF, rounds[Round.CONTROL]) != rounds[Round.CONTROL]:
            return self.get_page_url(cer)
        return self.following_url(cer)

    def following_url(self, cer: Cer) -> str:
        """The next CER to score: in the same file, then in the most urgent of the others, which is said."""
        following = selectors.next_to_score(self.request.user, after=cer, now=clock.now())
        if following is None or following.panel_id != cer.panel_id:
            messages.success(self.request, self.left_words(cer, following))
        return self.get_page_url(following) if following else reverse(self.door_name, args=[cer.panel_id])

    def left_words(self, cer: Cer, following: Cer | None) -> str:
        """Where the file stands as one leaves it, and which one comes next."""
        scores = selectors.panel_scores(cer.panel, self.round)
        door = reverse(self.door_name, args=[cer.panel_id])
        file, mean = format_html('<a href="{}">{}</a>', door, cer.panel.label), percent(scores.decisive or 0)
        if not scores.complete:
            words = format_html(
                "{} CER validé{} sur {} dans {}\u00a0: le reste est chez un collègue ou attend un fichier.",
                scores.scored, plural(scores.scored), scores.total, file,
            )  # fmt: skip
        elif scores.total > 1:
            words = format_html("Les {} CER de {} sont validés, moyenne {}.", scores.total, file, mean)
        else:
            words = format_html("Le CER de {} est validé, moyenne {}.", file, mean)
        if following is None:
            return words
        return format_html("{} Vous passez à {}, {}.", words, following.panel.label, following.panel.structure)

    def get_context_data(self, cer: Cer, form: Any = None, clashes: Any = None) -> dict[str, Any]:
        context = super().get_context_data(cer, form, clashes)
        if not context["settled"]:
            return context
        following = selectors.next_to_score(self.request.user, after=cer, now=clock.now())
        return context | {
            "own_mean": selectors.own_mean(selectors.panel_scores(cer.panel, self.round)),
            "flag": SessionFlag.objects.filter(cer=cer).select_related("author").first(),
            "following": following and self.get_page_url(following),
            "elsewhere": following and following.panel_id != cer.panel_id and following.panel,
            "reopen_form": ReopenForm(),
        }


class Session(Workstation):
    round = Round.SESSION
    page_name, save_name, door_name = "score_session", "save_session", "session_of_panel"
    facts_name = "save_session_facts"

    def get_cer(self) -> Cer:
        """404 before the session opens: there is nothing to confirm or revise yet."""
        cer = super().get_cer()
        if cer.panel.stage == PanelStage.CONTROL:
            raise Http404
        return cer

    def get_scores(self, cer: Cer, typed: Scoring | None = None) -> selectors.PanelScores:
        """What would decide now: the DPID's scores with what the session has revised so far."""
        return selectors.effective_scores(cer.panel, including=cer, typed=typed)

    def is_settled(self, cer: Cer, saved: Scoring | None) -> bool:
        """Once the session is closed, or for those who only read: what it confirmed, what it revised and why."""
        return bool(saved and saved.validated_at) and not self.may_write(cer)

    def get_context_data(self, cer: Cer, form: Any = None, clashes: Any = None) -> dict[str, Any]:
        """With what the DPID wrote on this CER: it is discussed here."""
        context = super().get_context_data(cer, form, clashes)
        rounds = {scoring.round: scoring for scoring in context["cer"].scorings.all()}
        return context | {"control": rounds.get(Round.CONTROL)}

    def compared(self, cer: Cer, scorings: dict[str, Scoring]) -> dict[str, list[str]]:
        shown = {"control": scorings.get(Round.CONTROL), "own": scorings.get(Round.SELF)}
        return {name: scoring.ticks for name, scoring in shown.items() if scoring}


class ScoreCer(Control, GridPage):
    """Two panes: the pages of the CER, the grid. POST validates and goes to the next CER to score."""


class SaveCer(Control, GridSave):
    pass


class ClaimCer(Control):
    """Opening a CER holds it (sent by the page's script, which is told how many wait); « Prendre la main » takes it
    over from a colleague."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        cer = self.cer_to_score()
        by_script = "X-Autosave" in request.headers
        actor: Any = request.user
        try:
            services.hold_cer(cer=cer, actor=actor, now=clock.now(), take_over="take" in request.POST)
        except EvaluationRefused as refusal:
            if by_script:
                status = 423 if isinstance(refusal, ClaimHeld) else 422
                return HttpResponse(str(refusal), status=status, content_type="text/plain; charset=utf-8")
            messages.warning(request, str(refusal))
        if not by_script:
            return HttpResponseRedirect(self.get_page_url(cer))
        waiting = selectors.takeable(actor, clock.now()).count()
        return HttpResponse(status=204, headers={"X-Waiting": str(waiting)})


class SaveFacts(Control, FactsSave):
    pass


class ReopenCer(Control):
    """Take the validation back, with a reason."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        cer, user = self.cer_to_score(), cast(User, request.user)
        form = ReopenForm(request.POST)
        if not form.is_valid():
            context = self.get_context_data(cer) | {"reopen_form": form}
            return render(request, self.template_name, context, status=422)
        try:
            marked = SessionFlag.objects.filter(cer=cer).exists()
            services.reopen_control(cer=cer, reason=form.cleaned_data["reason"], actor=user, now=clock.now())
        except EvaluationRefused as refusal:
            messages.error(request, str(refusal))
        else:
            if marked:
                messages.info(request, "Ce CER n’est plus à revoir avec le SLAI\u00a0: remarquez-le une fois recoté.")
        return HttpResponseRedirect(self.get_page_url(cer))


class FlagCer(Control):
    """Put the CER among those that a working session looks at first, or take it away from them."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        cer, user = self.cer_to_score(), cast(User, request.user)
        flagged = request.POST.get("flagged") == "1"
        try:
            services.flag_for_session(cer=cer, flagged=flagged, actor=user, now=clock.now())
        except EvaluationRefused as refusal:
            messages.error(request, str(refusal))
        return HttpResponseRedirect(self.get_page_url(cer))


class ScoreSession(Session, GridPage):
    """The same screen during the working session: the DPID's ticks, confirmed or revised (CdC 5-2, R36)."""


class SaveSession(Session, GridSave):
    pass


class SaveSessionFacts(Session, FactsSave):
    pass
