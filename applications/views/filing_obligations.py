"""Step 2, one cell of the table: an attestation for this référent and this module, or a commitment in its place."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Referent
from applications import selectors, uploads
from applications.filing import Step, draft_state
from applications.forms.filing import AbsenceForm, CellFileForm, NewcomerForm, choices_of, module_value
from applications.models import Application
from applications.uploads import UploadRefused
from applications.views.filing import member, render_step, with_draft
from core import clock
from core.forms import PortalForm
from documents.journal import erased_at
from documents.serving import serve_file
from rulebook.clauses import Rulebook
from training import services as training
from training.cards import course_title
from training.coverage import OPTIONAL, Coverage, ObligationState
from training.enums import CommitmentKind, EnrolmentState, SessionState
from training.matrix import describe
from training.models import PastTraining, TrainingCommitment, TrainingSession
from training.overview import LISTED
from training.selectors import certificates_of
from training.selectors.past import unproven_trainings, words_of
from training.selectors.sessions import session_facts
from training.services import Placing
from training.ways import SessionFacts, fixes


@require_GET
@with_draft
def filing_obligation(request: HttpRequest, draft: Application, code: str, obligation: str) -> HttpResponse:
    """What was received for one cell, and what may be added or promised."""
    return _page(request, draft, code, obligation)


@require_POST
@with_draft
def filing_obligation_add(request: HttpRequest, draft: Application, code: str, obligation: str) -> HttpResponse:
    form = CellFileForm(request.POST, request.FILES, choices=_modules(draft, obligation))
    if form.is_valid():
        try:
            uploads.receive_certificate_for(
                application=draft,
                upload=form.cleaned_data["file"],
                placing=Placing(
                    referent=_referent(draft, code), followed_on=form.cleaned_data["followed_on"], **form.module
                ),
                actor=member(request),
                now=clock.now(),
                today=clock.today(),
            )
            messages.success(request, "Attestation reçue.")
            return redirect("filing_certificates")
        except UploadRefused as error:
            form.add_error(error.field if error.field in form.fields else "file", str(error))
    return _page(request, draft, code, obligation, add_form=form)


@require_POST
@with_draft
def filing_absence(request: HttpRequest, draft: Application, code: str, obligation: str) -> HttpResponse:
    form = AbsenceForm(request.POST, request.FILES, prefix="absence")
    if _commit(request, draft, code, obligation, form, uploads.commit_absence):
        return redirect("filing_certificates")
    return _page(request, draft, code, obligation, absence_form=form)


@require_POST
@with_draft
def filing_newcomer(request: HttpRequest, draft: Application, code: str, obligation: str) -> HttpResponse:
    form = NewcomerForm(request.POST, request.FILES, prefix="newcomer")
    if _commit(request, draft, code, obligation, form, uploads.commit_newcomer):
        return redirect("filing_certificates")
    return _page(request, draft, code, obligation, newcomer_form=form)


@require_POST
@with_draft
def filing_commitment_remove(request: HttpRequest, draft: Application, pk: int) -> HttpResponse:
    try:
        training.remove_commitment(commitment=_own(draft, pk), actor=member(request), today=clock.today())
        messages.success(request, "Engagement retiré.")
    except training.TrainingRefused as error:
        messages.error(request, str(error))
    return redirect("filing_certificates")


@require_GET
@with_draft
def filing_commitment_file(request: HttpRequest, draft: Application, pk: int) -> Any:
    """A training plan. A proof of absence is the DPID's to read: whoever sent it has it, the colleagues need not."""
    commitment = _own(draft, pk)
    if commitment.kind == CommitmentKind.ABSENCE or commitment.proof is None:
        raise Http404
    return serve_file(commitment.proof)


def _commit(
    request: HttpRequest,
    draft: Application,
    code: str,
    obligation: str,
    form: PortalForm,
    service: Callable[..., TrainingCommitment],
) -> bool:
    if not form.is_valid():
        return False
    try:
        service(
            application=draft,
            referent=_referent(draft, code),
            obligation=obligation,
            actor=member(request),
            now=clock.now(),
            **form.cleaned_data,
        )
    except UploadRefused as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return False
    messages.success(request, "Engagement enregistré.")
    return True


def _page(
    request: HttpRequest,
    draft: Application,
    code: str,
    obligation: str,
    *,
    add_form: CellFileForm | None = None,
    absence_form: AbsenceForm | None = None,
    newcomer_form: NewcomerForm | None = None,
) -> HttpResponse:
    today = clock.today()
    state = draft_state(draft, today=today)
    rulebook, referent, cell = state.rulebook, _referent(draft, code), _cell(state.covered, code, obligation)
    modules = [module.id for module in rulebook.optional_modules] if obligation == OPTIONAL else [obligation]
    noted = list(unproven_trainings(draft.structure).filter(referent=referent, module__in=modules))
    booked = _booked(referent, modules, today)
    return render_step(
        request,
        draft,
        Step.CERTIFICATES,
        {
            "referent": referent,
            "obligation": obligation,
            "cell": describe(cell, rulebook, provider="", today=today),
            "module": None if obligation == OPTIONAL else rulebook.module(obligation),
            "optional_modules": rulebook.offered_modules,
            "certificates": certificates_of(draft.structure).filter(referent=referent, module__in=modules),
            **_commitment(referent, obligation),
            "noted": _noted(noted, rulebook),
            **_terms(referent, rulebook, today),
            "add_form": add_form or CellFileForm(choices=_modules(draft, obligation), initial=_initial(noted)),
            "booked": booked,
            "sessions": [] if booked else _open_sessions(referent, cell, rulebook, today),
            "absence_form": absence_form or AbsenceForm(prefix="absence", initial=_when(booked)),
            "newcomer_form": newcomer_form or NewcomerForm(prefix="newcomer", initial=_when(booked)),
        },
        template="applications/filing/obligation.html",
        state=state,
        status=422 if add_form or absence_form or newcomer_form else 200,
    )


def _cell(covered: Coverage, code: str, obligation: str) -> Any:
    try:
        return covered.cells[code, obligation]
    except KeyError:
        raise Http404("Cette case n’existe pas.") from None


def _referent(draft: Application, code: str) -> Referent:
    return get_object_or_404(Referent, structure=draft.structure_id, code=code)


def _own(draft: Application, pk: int) -> TrainingCommitment:
    return get_object_or_404(
        TrainingCommitment.objects.select_related("proof", "structure"), pk=pk, structure=draft.structure_id
    )


def _commitment(referent: Referent, obligation: str) -> dict[str, Any]:
    """What was promised in this cell, and when its proof was erased."""
    promise = referent.commitments.filter(obligation=obligation).select_related("proof").first()
    proof = promise.proof_id if promise else None
    return {"commitment": promise, "proof_erased_at": erased_at([proof]).get(proof) if proof else None}


def _booked(referent: Referent, modules: list[str], today: date) -> TrainingSession | None:
    """The next session of this cell where the référent has a seat."""
    seats = referent.enrolments.filter(state=EnrolmentState.ENROLLED, session__state=SessionState.PLANNED)
    ahead = seats.filter(session__module__in=modules, session__starts_on__gte=today).select_related("session")
    row = ahead.order_by("session__starts_on", "pk").first()
    return row.session if row else None


def _when(booked: TrainingSession | None) -> dict[str, Any]:
    return {"session_on": booked.starts_on, "session_place": booked.place} if booked else {}


def _open_sessions(
    referent: Referent, cell: ObligationState, rulebook: Rulebook, today: date
) -> list[tuple[str, SessionFacts]]:
    """The soonest that would give what is missing."""
    facts = session_facts(referent.structure, today=today)
    found = fixes(cell, facts, today=today, left_on=referent.left_on)[:LISTED]
    return [(course_title(rulebook, each.module_id, each.part), each) for each in found]


def _terms(referent: Referent, rulebook: Rulebook, today: date) -> dict[str, date | None]:
    """The last day of a commitment, by its kind; none for an arrival whose year is over."""
    arrival = training.newcomer_due(referent, rulebook)
    return {"newcomer_due": arrival if arrival >= today else None, "absence_due": training.absence_due(rulebook, today)}


def _noted(noted: list[PastTraining], rulebook: Rulebook) -> list[tuple[str, PastTraining, str]]:
    return [(course_title(rulebook, each.module, each.part), each, words_of(each)) for each in noted]


def _initial(noted: list[PastTraining]) -> dict[str, Any]:
    """The training that waits for its attestation, when there is only one."""
    if len(noted) != 1:
        return {}
    return {"module_choice": module_value(noted[0].module, noted[0].part), "followed_on": noted[0].followed_on}


def _modules(draft: Application, obligation: str) -> list[tuple[str, str]]:
    """What an attestation of this cell may be for: the module, its parts, or one of the optional modules."""
    rulebook = selectors.catalogue_of(draft, today=clock.today())
    if obligation == OPTIONAL:
        return [choice for module in rulebook.proving_modules for choice in choices_of(module)]
    modules = [module for module in rulebook.compulsory_modules if module.id == obligation]
    return [choice for module in modules for choice in choices_of(module)]
