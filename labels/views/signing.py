"""The signatory's pages: what waits for a signature, what is judged, the letter as it will be, the signature."""

from collections.abc import Iterable
from typing import Any, cast

from csp.decorators import csp_update
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST, require_safe

from accounts import roles
from accounts.guards import only_for
from accounts.models import User
from applications.enums import ApplicationState, Outcome
from applications.models import Proposal
from applications.selectors import results, rulebook_of
from applications.services import outcome_objection
from core import clock
from core.transitions import TransitionRefused
from documents.serving import TWIN
from labels import selectors, services
from labels.forms import SignatureForm
from labels.letters import preview_letter
from labels.rights import may_read_proposals
from notices.models import Deadline
from rulebook.book import Rulebook
from training.coverage import UNMET, ObligationState, obligation_title

PAGE_SIZE = 25
FRAMED = f"{TWIN}; frame-ancestors 'self'"
ACTS = {
    Outcome.GRANT: "Accorder le label",
    Outcome.MORATORIUM: "Ouvrir le moratoire",
    Outcome.REFUSAL: "Refuser le label",
}


@require_safe
@only_for(may_read_proposals)
def proposal_list(request: HttpRequest) -> HttpResponse:
    """The oldest proposal first, with the days left of its instruction."""
    page = Paginator(selectors.proposals_to_sign(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "labels/proposal_list.html", {"page_obj": page, "rows": _with_deadlines(page)})


@csp_update({"frame-src": ["'self'"]})  # type: ignore[arg-type]  # its types forget the arguments of an address
@require_GET
def decision_review(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything a signatory reads before signing, on one page."""
    proposal = _proposal(request, pk)
    application, today = proposal.application, clock.today()
    if application.state != ApplicationState.PROPOSAL:
        messages.info(request, f"Une décision est déjà signée sur le dossier {application.number}.")
        return redirect("proposal_list")
    judged = results(application, today=today)
    rulebook = rulebook_of(application)
    return render(
        request,
        "labels/decision_review.html",
        {
            "proposal": proposal,
            "application": application,
            "act": ACTS[Outcome(proposal.outcome)],
            "judged": judged,
            "unmet": _titled(rulebook, [cell for cell in judged.coverage.cells.values() if cell.status in UNMET]),
            "committed": _titled(rulebook, judged.coverage.commitments),
            "session": getattr(application, "working_session", None),
            "opinions": application.opinions.select_related("author"),
            "deadline": Deadline.objects.open().filter(kind="instruction", subject_id=application.pk).first(),
            "obstacle": _obstacle(request.user, proposal),
            "form": SignatureForm(initial={"prepared_at": proposal.prepared_at.isoformat()}),
        },
    )


@require_GET
@xframe_options_sameorigin
def decision_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter as it would be signed now, from the template of the real one."""
    proposal = _proposal(request, pk)
    user, now = cast(User, request.user), clock.now()
    page = preview_letter(
        application=proposal.application,
        delegation=selectors.delegation_of(user, day=clock.civil_date(now)),
        signatory=user,
        now=now,
    )
    response = HttpResponse(page)
    response["Content-Security-Policy"] = FRAMED
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
def decision_sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign what was read; anything else is said and nothing is written."""
    proposal = _proposal(request, pk)
    if not roles.is_signatory(request.user):
        raise PermissionDenied("Seul un signataire signe une décision.")
    form = SignatureForm(request.POST)
    if not form.is_valid():
        messages.error(request, "La signature n’est pas partie. Relisez la proposition, puis signez-la.")
        return redirect("decision_review", pk=pk)
    try:
        decision = services.sign_decision(
            application=proposal.application,
            actor=cast(User, request.user),
            prepared_at=form.cleaned_data["prepared_at"],
            now=clock.now(),
        )
    except TransitionRefused as refusal:
        messages.error(request, f"Rien n’est signé. {refusal}")
        return redirect("decision_review", pk=pk)
    messages.success(
        request,
        f"Décision signée pour {decision.application.structure}\u00a0: {decision.get_outcome_display().lower()}. "
        "La DPID envoie la lettre et enregistre sa réception.",
    )
    return redirect("proposal_list")


def _proposal(request: HttpRequest, pk: int) -> Proposal:
    """By its file, for those who may read it."""
    if not may_read_proposals(request.user):
        raise Http404
    readable = Proposal.objects.visible_to(request.user).select_related(
        "application__structure", "application__lead_territory", "application__panel", "application__assigned_to",
        "application__previous", "prepared_by",
    )  # fmt: skip
    return get_object_or_404(readable, application=pk)


def _titled(rulebook: Rulebook, cells: Iterable[ObligationState]) -> list[tuple[ObligationState, str]]:
    return [(cell, obligation_title(rulebook, cell.obligation)) for cell in cells]


def _obstacle(user: Any, proposal: Proposal) -> str:
    """Why this person can't sign now, or nothing."""
    today = clock.today()
    if not roles.is_signatory(user):
        return "Seul un signataire signe une décision."
    if selectors.delegation_of(user, day=today) is None:
        return "Aucune délégation de signature en cours à votre nom. L’administrateur du portail peut l’enregistrer."
    return outcome_objection(application=proposal.application, outcome=Outcome(proposal.outcome), today=today) or ""


def _with_deadlines(page: Any) -> list[dict[str, Any]]:
    files = [proposal.application_id for proposal in page]
    due = {
        deadline.subject_id: deadline
        for deadline in Deadline.objects.open().filter(kind="instruction", subject_id__in=files)
    }
    return [{"proposal": proposal, "deadline": due.get(proposal.application_id)} for proposal in page]
