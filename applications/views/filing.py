"""The structure's file: the way in, step 1, the summary, the filing and its receipt.

Every view here works on the draft of the signed-in person's own structure: no address names it.
"""

import secrets
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import roles
from accounts.models import Structure, User
from applications import selectors, services
from applications.enums import STRUCTURE_WORDS, ApplicationState
from applications.expected import STRUCTURE_SIGNS
from applications.filing import DraftState, Step, draft_state, steps
from applications.forms.filing import DeclarationsForm, PresentationForm
from applications.models import Application
from applications.services import FormChanged
from core import clock
from core.components import in_words
from core.forms import sent
from core.transitions import TransitionRefused
from core.versions import TO_COMPARE
from evaluation import selectors as evaluation_selectors
from evaluation.annex import offered_annexes
from evaluation.enums import Round
from training.matrix import build_matrix
from training.selectors import providers_of
from training.selectors.supports import supports_to_answer

DraftView = Callable[..., HttpResponse]


def with_draft(view: DraftView) -> DraftView:
    """Give the view the open draft of the person's structure; without one, lead to the page that opens it."""

    @wraps(view)
    def found(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        draft = selectors.draft_of(member(request).structure_id or 0)
        return no_draft(request) if draft is None else view(request, draft, *args, **kwargs)

    return found


def no_draft(request: HttpRequest) -> HttpResponse:
    """The way to the page that opens a draft or shows the filed file; what was sent changed nothing, and it is said."""
    if request.method != "POST":
        return redirect("filing")
    filed = selectors.current_application(member(request).structure_id or 0)
    why = "Votre dossier est déposé\u00a0: il ne se modifie plus." if filed else "Aucun dossier n’est en préparation."
    words = f"{why} Cet envoi n’a rien changé."
    if is_autosave(request):
        return autosave_answer(words, status=409)
    if is_upload(request):
        return upload_answer(words)
    messages.warning(request, words)
    return redirect("filing")


def member(request: HttpRequest) -> User:
    """The signed-in person, of a structure; for anybody else these pages do not exist."""
    if not roles.is_structure(request.user):
        raise Http404("Cette page est celle des structures.")
    return cast(User, request.user)


def is_autosave(request: HttpRequest) -> bool:
    return request.headers.get("X-Autosave") == "1"


def is_upload(request: HttpRequest) -> bool:
    """One file sent by the script of the upload zone, which wants a short answer."""
    return request.headers.get("X-Upload") == "1"


def autosave_answer(words: str = "", *, status: int = 204, version: str = "") -> HttpResponse:
    """What the page says of an autosave, and the version that its next one starts from."""
    response = HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
    if version:
        response["X-Version"] = version
    return response


def upload_answer(error: str = "", message: str = "Reçu") -> JsonResponse:
    return JsonResponse({"errors": [error]}, status=422) if error else JsonResponse({"message": message})


def render_step(
    request: HttpRequest,
    draft: Application,
    step: Step,
    context: dict[str, Any],
    *,
    template: str = "",
    state: DraftState | None = None,
    status: int = 200,
) -> HttpResponse:
    """A page of the filing, with its steps."""
    state = state or draft_state(draft, today=clock.today())
    order = list(Step)
    place = order.index(step)
    return render(
        request,
        template or f"applications/filing/{step.name.lower()}.html",
        {
            "application": draft,
            "state": state,
            "step": step,
            "steps": steps(state, step),
            "before": order[place - 1] if place else None,
            "after": step.next,
            **context,
        },
        status=status,
    )


@require_GET
def filing(request: HttpRequest) -> HttpResponse:
    """« Notre dossier »: the draft where it was left, the file as it was filed, or the way to open one."""
    person = member(request)
    current = selectors.current_application(person.structure_id or 0)
    if current and current.state == ApplicationState.DRAFT:
        return redirect(draft_state(current, today=clock.today()).first_to_mend().url)
    if current and current.state != ApplicationState.REFUSED:
        return redirect("filing_filed", pk=current.pk)
    return render(request, "applications/filing/start.html", {"again": current is not None})


@require_POST
def filing_open(request: HttpRequest) -> HttpResponse:
    """Open the draft, or find it open."""
    person = member(request)
    structure = get_object_or_404(Structure, pk=person.structure_id)
    try:
        services.open_application(structure=structure, actor=person, now=clock.now())
    except TransitionRefused as error:
        messages.error(request, str(error))
        return redirect("home")
    return redirect("filing_structure")


@require_http_methods(["GET", "POST"])
@with_draft
def filing_structure(request: HttpRequest, draft: Application) -> HttpResponse:
    """Step 1: who we are, our référents, whom to call. Saved as it is typed."""
    initial = {name: getattr(draft, name) for name in services.FORM_FIELDS}
    initial["contact_name"] = initial["contact_name"] or str(request.user)
    initial["contact_email"] = initial["contact_email"] or member(request).email
    initial["version"] = services.form_version(draft)
    form = PresentationForm(sent(request), initial=initial, partial=is_autosave(request))
    if form.is_bound:
        complete = form.is_valid()
        try:  # every answer that is right is kept, even when another is not
            draft = services.save_form(application=draft, actor=member(request), now=clock.now(), **form.cleaned_data)
        except FormChanged as changed:
            return _overtaken(request, draft, form, changed)
        except TransitionRefused:
            return no_draft(request)
        if is_autosave(request):
            return _autosaved(draft, form)
        if complete:
            return redirect(Step.CERTIFICATES.url)
        form.show_version(services.form_version(draft))
    return _structure_page(request, draft, form, status=422 if form.errors else 200)


def _structure_page(
    request: HttpRequest, draft: Application, form: PresentationForm, *, status: int, elsewhere: Any = ()
) -> HttpResponse:
    today = clock.today()
    return render_step(
        request,
        draft,
        Step.STRUCTURE,
        {
            "form": form,
            "structure": draft.structure,
            "referents": draft.structure.referents.order_by("code"),
            "counted": {referent.pk for referent in selectors.counted_referents(draft, today=today)},
            "elsewhere": elsewhere,
        },
        status=status,
    )


def _autosaved(draft: Application, form: PresentationForm) -> HttpResponse:
    version = services.form_version(draft)
    if form.is_valid():
        return autosave_answer(version=version)
    return autosave_answer(f"{in_words(form)} Le reste est enregistré.", status=422, version=version)


def _overtaken(request: HttpRequest, draft: Application, form: PresentationForm, changed: FormChanged) -> HttpResponse:
    """What was typed beside what is kept: sent again from this page, it replaces it knowingly."""
    if is_autosave(request):
        return autosave_answer(str(changed), status=409)
    draft.refresh_from_db()
    form.add_error(None, f"{changed} {TO_COMPARE}")
    form.show_version(services.form_version(draft))
    kept = [(form[name], getattr(draft, name)) for name in services.FORM_FIELDS]
    elsewhere = [(field.label, value) for field, value in kept if value and field.value() != value]
    return _structure_page(request, draft, form, status=409, elsewhere=elsewhere)


@require_GET
@with_draft
def filing_summary(request: HttpRequest, draft: Application) -> HttpResponse:
    """Step 5: everything on one page, what is missing, the declarations and the button."""
    form = DeclarationsForm(
        initial={
            "anonymised_declared": draft.anonymised_declared,
            "accuracy_declared": draft.accuracy_declared,
            "key": secrets.token_urlsafe(24),
        }
    )
    return _summary(request, draft, form)


@require_POST
@with_draft
def filing_declare(request: HttpRequest, draft: Application) -> HttpResponse:
    """Keep the two declarations as they are ticked."""
    form = DeclarationsForm(request.POST, partial=True)
    if form.is_valid():
        _declare(request, draft, form)
    return HttpResponse(status=204) if is_autosave(request) else redirect("filing_summary")


@require_POST
def filing_submit(request: HttpRequest) -> HttpResponse:
    """« Déposer le dossier ». The same form sent twice leads to the same filed application."""
    person, key = member(request), request.POST.get("key", "")
    draft = selectors.draft_of(person.structure_id or 0)
    if draft is None:
        return _filed_already(person, key) or redirect("filing")
    form = DeclarationsForm(request.POST)
    if not form.is_valid():
        return _summary(request, draft, form, status=422)
    try:
        _declare(request, draft, form)
        filed = services.submit_application(application=draft, actor=person, now=clock.now(), key=key)
    except TransitionRefused as error:
        form.add_error(None, str(error))
        return _filed_already(person, key) or _summary(request, draft, form, status=422)
    return redirect("filing_receipt", pk=filed.pk)


def _filed_already(person: User, key: str) -> HttpResponse | None:
    """The receipt of what this very form has filed, a moment ago or in another request."""
    filed = Application.objects.filter(structure=person.structure_id, submission_key=key).first() if key else None
    return redirect("filing_receipt", pk=filed.pk) if filed else None


def _declare(request: HttpRequest, draft: Application, form: DeclarationsForm) -> None:
    services.save_form(
        application=draft,
        actor=member(request),
        now=clock.now(),
        anonymised_declared=form.cleaned_data["anonymised_declared"],
        accuracy_declared=form.cleaned_data["accuracy_declared"],
    )


def _summary(request: HttpRequest, draft: Application, form: DeclarationsForm, *, status: int = 200) -> HttpResponse:
    today = clock.today()
    state = draft_state(draft, today=today)
    declared = {Step.SUMMARY}
    return render_step(
        request,
        draft,
        Step.SUMMARY,
        {
            "form": form,
            "structure": draft.structure,
            "to_mend": [(step, state.lacking(step)) for step in Step if step not in declared and state.lacking(step)],
            "opening": services.can(name="submit", application=draft, actor=member(request), now=clock.now())
            if draft.not_before and draft.not_before > today
            else None,
            "scores": evaluation_selectors.panel_scores(draft.panel, Round.SELF),
            "certificates": draft.structure.certificates.count(),
        },
        state=state,
        status=status,
    )


@require_GET
def filing_receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """What the structure sees once the file is filed: the number, the receipt, what comes next."""
    return render(request, "applications/filing/receipt.html", {"application": _own_filed(request, pk)})


@require_GET
def filing_filed(request: HttpRequest, pk: int) -> HttpResponse:
    """The file as it was filed, with what the DPID has ruled on the attestations; nothing may be changed."""
    application = _own_filed(request, pk)
    today = clock.today()
    rulebook = selectors.catalogue_of(application, today=today)
    return render(
        request,
        "applications/filing/filed.html",
        {
            "application": application,
            "structure": application.structure,
            "matrix": build_matrix(
                selectors.coverage(application, today=today, to_show=True, rulebook=rulebook),
                rulebook,
                providers=providers_of(application.structure),
                today=today,
            ),
            "supports": supports_to_answer(application.structure),
            "scores": evaluation_selectors.panel_scores(application.panel, Round.SELF),
            "retained": evaluation_selectors.effective_scores(application.panel) if application.decided_at else None,
            "sign": STRUCTURE_SIGNS[ApplicationState(application.state)],
            "events": _events(application),
            "annexes": offered_annexes(application.panel, request.user),
        },
    )


def _events(application: Application) -> list[tuple[datetime, str]]:
    """The file's states in the structure's words, each once."""
    events: list[tuple[datetime, str]] = []
    for entry in application.log.all():
        words = STRUCTURE_WORDS[entry.to_state]
        if not events or events[-1][1] != words:
            events.append((entry.at, words))
    return events


def _own_filed(request: HttpRequest, pk: int) -> Application:
    """An application of the person's structure that was filed."""
    own = Application.objects.visible_to(member(request)).filter(submitted_at__isnull=False)
    related = ("structure", "lead_territory", "panel", "receipt__pdf", "acknowledgement__pdf")
    return get_object_or_404(own.select_related(*related), pk=pk)
