"""Step 3, before the files: the list of each référent's CERs, and the draw that follows at once (CdC 5-2, R33)."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Referent
from applications import selectors
from applications.filing import Step
from applications.forms.draws import AgainForm, CerListsForm, PaperDrawForm, ReasonForm
from applications.models import Application
from applications.views.filing import autosave_answer, is_autosave, member, no_draft, render_step, with_draft
from core import clock
from core.components import in_words
from core.forms import sent
from core.french import NBSP, plural
from core.versions import TO_COMPARE
from evaluation import services as evaluation
from evaluation.errors import EvaluationRefused, ListsChanged, PanelClosed
from evaluation.models import Cer, PanelDraw
from evaluation.samples import to_draw as to_draw_of
from evaluation.selectors import kept_lists, left_to_draw, lists_version, panel_cers, standing_draws


@dataclass(frozen=True, slots=True)
class Lists:
    """Where each référent that counts stands: to be listed, drawn, or with files that nobody drew."""

    to_draw: list[Referent]
    drawn: list[tuple[Referent, PanelDraw, list[Cer]]]
    undrawn: list[tuple[Referent, int]]
    kept: dict[str, str]
    wanted: int
    drawn_each: int

    @property
    def waiting(self) -> list[Referent]:
        """Those for whom nothing says how their CERs are chosen."""
        return sorted([*self.to_draw, *(referent for referent, _ in self.undrawn)], key=lambda one: one.code)


@require_http_methods(["GET", "POST"])
@with_draft
def filing_lists(request: HttpRequest, draft: Application) -> HttpResponse:
    """The lists of all the référents on one page, saved as they are typed."""
    lists = _lists(draft)
    form = _form(request, lists)
    if not form.is_bound:
        return _page(request, draft, lists, form)
    complete = form.is_valid()
    try:
        version = _save(request, draft, form)
    except ListsChanged as changed:
        return _overtaken(request, draft, lists, form, changed)
    except PanelClosed:
        return no_draft(request)
    if is_autosave(request):
        return _autosaved(form, version)
    if complete:
        messages.success(request, "Listes enregistrées. Rien n’est encore tiré.")
        return redirect("filing_lists")
    form.show_version(version)
    return _page(request, draft, lists, form, status=422)


@require_POST
@with_draft
def filing_draw(request: HttpRequest, draft: Application) -> HttpResponse:
    """Fix the lists as they are on screen, and draw: all those that are written, or none."""
    lists = _lists(draft)
    form = _form(request, lists)
    form.is_valid()
    try:
        form.show_version(_save(request, draft, form))
        to_fix = form.lists()
        if not form.errors:
            drawn = evaluation.draw_panels(panel=draft.panel, lists=to_fix, actor=member(request), now=clock.now())
            return _drawn(request, drawn)
    except ListsChanged as changed:
        return _overtaken(request, draft, lists, form, changed)
    except PanelClosed:
        return no_draft(request)
    except EvaluationRefused as error:
        form.add_error(None, str(error))
    return _page(request, draft, _lists(draft), form, status=422)


@require_http_methods(["GET", "POST"])
@with_draft
def filing_paper_draw(request: HttpRequest, draft: Application) -> HttpResponse:
    """Declare a draw made on paper, with its reason."""
    waiting = _lists(draft).waiting
    form = PaperDrawForm(sent(request), referents=waiting)
    if request.method == "POST" and form.is_valid():
        try:
            evaluation.declare_paper_draw(
                panel=draft.panel, referents=form.chosen, reason=form.cleaned_data["reason"],
                actor=member(request), now=clock.now(),
            )  # fmt: skip
            number = len(form.chosen)
            messages.success(request, f"Tirage sur papier déclaré pour {number} référent{plural(number)}.")
            return redirect("filing_cers")
        except EvaluationRefused as error:
            form.add_error(None, str(error))
    return _sub_page(request, draft, "paper_draw", form, {"waiting": waiting})


@require_http_methods(["GET", "POST"])
@with_draft
def filing_redraw(request: HttpRequest, draft: Application, code: str) -> HttpResponse:
    """Draw all the CERs of a référent anew, from a list put right; the former draw stays in the record."""
    referent = get_object_or_404(Referent, structure=draft.structure_id, code=code)
    former = standing_draws(draft.panel).get(code)
    if former is None:
        raise Http404("Rien n’est encore tiré pour ce référent.")
    form = AgainForm(sent(request), initial={"text": "\n".join(former.references)})
    if request.method == "POST" and form.is_valid():
        try:
            drawn = evaluation.draw_panels(
                panel=draft.panel, lists={referent: form.cleaned_data["text"]}, reason=form.cleaned_data["reason"],
                actor=member(request), now=clock.now(),
            )  # fmt: skip
            return _drawn(request, drawn)
        except EvaluationRefused as error:
            form.add_error(None, str(error))
    return _sub_page(request, draft, "redraw", form, {"referent": referent, "former": former})


@require_http_methods(["GET", "POST"])
@with_draft
def filing_cer_redraw(request: HttpRequest, draft: Application, pk: int) -> HttpResponse:
    """Draw another CER of the same list in the place of one that can't be sent; every draw of the référent is shown."""
    cer = get_object_or_404(draft.panel.cers.exclude(drawn_as="").select_related("referent", "file"), pk=pk)
    cer.panel = draft.panel
    form = ReasonForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            row = evaluation.replace_drawn_cer(
                cer=cer, reason=form.cleaned_data["reason"], actor=member(request), now=clock.now()
            )  # fmt: skip
            messages.success(request, f"{cer.reference}{NBSP}: « {row.drawn[0]} » est tiré au sort.")
            return redirect("filing_cer", pk=cer.pk)
        except EvaluationRefused as error:
            form.add_error(None, str(error))
    history = draft.panel.draws.filter(referent=cer.referent).select_related("author")
    context = {"cer": cer, "left": len(left_to_draw(cer)), "history": history}
    return _sub_page(request, draft, "cer_redraw", form, context)


def _lists(draft: Application) -> Lists:
    draws = standing_draws(draft.panel)
    held: dict[str, list[Cer]] = {}
    for cer in panel_cers(draft.panel):
        held.setdefault(cer.referent.code, []).append(cer)
    counted, rulebook = selectors.counted_referents(draft, today=clock.today()), selectors.rulebook_of(draft)
    to_draw = [one for one in counted if one.code not in draws]
    return Lists(
        to_draw=[one for one in to_draw if one.code not in held],
        drawn=[(one, draws[one.code], held.get(one.code, [])) for one in counted if one.code in draws],
        undrawn=[(one, len(held[one.code])) for one in to_draw if one.code in held],
        kept=kept_lists(draft.panel),
        wanted=rulebook.integer("cer.min_per_referent"),
        drawn_each=to_draw_of(rulebook),
    )


def _form(request: HttpRequest, lists: Lists) -> CerListsForm:
    return CerListsForm(
        sent(request), referents=lists.to_draw, kept=lists.kept, wanted=lists.wanted, drawn=lists.drawn_each,
        initial={"version": lists_version(lists.kept)},
    )  # fmt: skip


def _save(request: HttpRequest, draft: Application, form: CerListsForm) -> str:
    return evaluation.save_lists(
        panel=draft.panel, texts=form.typed, actor=member(request), version=form.cleaned_data["version"]
    )  # fmt: skip


def _drawn(request: HttpRequest, drawn: list[PanelDraw]) -> HttpResponse:
    number = len(drawn)
    messages.success(request, f"Tirage fait pour {number} référent{plural(number)}.")
    return redirect("filing_lists")


def _autosaved(form: CerListsForm, version: str) -> HttpResponse:
    """What is read of each list; the page says it beside each of them."""
    if form.errors:
        return autosave_answer(f"{in_words(form)} Le reste est enregistré.", status=422, version=version)
    read = {code: {"words": reading.words, "tone": reading.tone} for code, reading in form.readings().items()}
    return JsonResponse({"readings": read}, headers={"X-Version": version})


def _overtaken(
    request: HttpRequest, draft: Application, lists: Lists, form: CerListsForm, changed: ListsChanged
) -> HttpResponse:
    """What was typed beside what is kept: sent again from this page, it replaces it knowingly."""
    if is_autosave(request):
        return autosave_answer(str(changed), status=409)
    form.add_error(None, f"{changed} {TO_COMPARE}")
    form.show_version(lists_version(lists.kept))
    elsewhere = [
        (f"{referent.code}, {referent}", lists.kept.get(referent.code, ""))
        for referent, text in form.typed.items()
        if lists.kept.get(referent.code, "") != text
    ]
    return _page(request, draft, lists, form, status=409, elsewhere=elsewhere)


def _page(
    request: HttpRequest,
    draft: Application,
    lists: Lists,
    form: CerListsForm,
    *,
    status: int = 200,
    elsewhere: Any = (),
) -> HttpResponse:
    return render_step(
        request, draft, Step.CERS, {"lists": lists, "form": form, "elsewhere": elsewhere},
        template="applications/filing/lists.html", status=status,
    )  # fmt: skip


def _sub_page(request: HttpRequest, draft: Application, name: str, form: Any, context: dict[str, Any]) -> HttpResponse:
    return render_step(
        request, draft, Step.CERS, {"form": form, **context},
        template=f"applications/filing/{name}.html", status=422 if form.errors else 200,
    )  # fmt: skip
