"""What a structure does with the plan: choose, enrol, change, cancel."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts import roles
from accounts.guards import SignedInRequest, only_for
from accounts.models import Structure
from core import clock
from core.components import Tab
from core.forms import sent
from core.french import plural
from core.transitions import TransitionRefused
from training.attendance import missed_words
from training.cards import by_month, course_title, dates_words, days_of
from training.coverage import Status
from training.enums import SEATED, EnrolmentState, SessionState
from training.exceptions import TrainingRefused
from training.forms import EnrolForm, MoveForm
from training.models import Attestation, Enrolment, TrainingSession
from training.papers import paper_page
from training.selectors import coverage_of, local_rulebook
from training.selectors import sessions as selectors
from training.selectors.attendance import records_of
from training.selectors.attestations import attestations_in
from training.selectors.catalogue import catalogue, naming
from training.selectors.past import noted_trainings
from training.services.enrolments import cancel_enrolment, enrol, move_enrolment
from training.views.cards import make_cards
from training.ways import Remedy, Step, shortest_way


@require_safe
@only_for(roles.is_structure)
def session_offer(request: SignedInRequest) -> HttpResponse:
    """The sessions open to the structure, the shortest way to the criterion, and who is enrolled where."""
    today, structure = clock.today(), _structure(request)
    rulebook = catalogue(today=today)
    facts = selectors.session_facts(structure, today=today)
    local = local_rulebook(structure, rulebook)
    covered = coverage_of(structure, rulebook=rulebook, today=today)
    ours = [row for row in selectors.enrolments_of(structure) if row.session.ends_on >= today]
    open_ones = list(selectors.open_sessions(request.user, today=today))
    mine = request.GET.get("vue") == "inscriptions"
    standing = {row.session_id for row in ours}
    shown = selectors.sessions_visible_to(request.user).filter(pk__in=standing) if mine else open_ones
    noted = noted_trainings(structure)
    helped = selectors.helped_by(covered, facts, today=today, noted=noted)
    cards = make_cards(shown, rulebook, today=today, helped=helped, ours=ours)
    way = shortest_way(local, covered, facts, today=today, noted=noted)
    names = {referent.code: referent.name for referent in covered.counted}
    context = {
        "tabs": [
            Tab("Sessions ouvertes", "?", len(open_ones), current=not mine),
            Tab("Nos inscriptions", "?vue=inscriptions", len(ours), current=mine),
        ],
        "months": by_month(cards),
        "mine": mine,
        "covered": covered,
        "held": sum(cell.is_held for cell in covered.cells.values()),
        "to_check": sum(cell.status is Status.TO_CHECK and not cell.is_held for cell in covered.cells.values()),
        "way": way,
        "steps": [(names[step.referent_code], step, _queue_left(step, ours), paper_page(step)) for step in way.steps],
        "today": today,
    }
    return render(request, "training/offer.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@only_for(roles.is_structure)
def session_enrol(request: SignedInRequest, pk: int) -> HttpResponse:
    """One session: when, where, who of ours goes, and who could."""
    today, structure = clock.today(), _structure(request)
    rulebook = catalogue(today=today)
    session = get_object_or_404(selectors.sessions_visible_to(request.user), pk=pk)
    is_open = session.state == SessionState.PLANNED and today <= session.closes_on
    offered = selectors.candidates(session, structure, rulebook=rulebook, today=today) if is_open else []
    form = EnrolForm(sent(request), offered=offered)
    if request.method == "POST" and form.is_valid():
        chosen = list(form.cleaned_data["referents"].order_by("code"))
        try:
            made = enrol(session=session, referents=chosen, actor=request.user, now=clock.now())
        except TrainingRefused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _enrolled_words(made))
            return redirect("session_enrol", pk=pk)
    ours = list(selectors.enrolments_in(session, request.user).exclude(state=EnrolmentState.CANCELLED))
    context = {
        "ours": _fates(session, ours, request),
        "card": make_cards([session], rulebook, today=today, ours=ours)[0],
        "module": rulebook.module(session.module),
        "days": days_of(session.half_days.all()),
        "form": form,
        "free": [each for each in offered if not each.barred],
        "barred": [each for each in offered if each.barred],
        "is_open": is_open,
        "seated": any(row.state in SEATED for row in ours),
        "today": today,
    }
    return render(request, "training/session_enrol.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@only_for(roles.is_structure)
def enrolment_cancel(request: SignedInRequest, pk: int) -> HttpResponse:
    enrolment = _own_enrolment(request, pk)
    if request.method == "POST":
        try:
            cancel_enrolment(enrolment=enrolment, actor=request.user, now=clock.now())
        except TransitionRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"L’inscription de {enrolment.referent} est annulée.")
        return redirect("session_enrol", pk=enrolment.session_id)
    return render(request, "training/enrolment_cancel.html", _about(enrolment))


@require_http_methods(["GET", "HEAD", "POST"])
@only_for(roles.is_structure)
def enrolment_move(request: SignedInRequest, pk: int) -> HttpResponse:
    """Another date of the same module: nothing is given back before something is got."""
    enrolment, today = _own_enrolment(request, pk), clock.today()
    session = enrolment.session
    others = selectors.open_sessions(request.user, today=today).filter(module=session.module, part=session.part)
    sessions = list(others.exclude(pk=session.pk))
    form = MoveForm(sent(request), sessions=sessions)
    if request.method == "POST" and form.is_valid():
        try:
            moved = move_enrolment(enrolment=enrolment, to=form.cleaned_data["to"], actor=request.user, now=clock.now())
        except (TrainingRefused, TransitionRefused) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _enrolled_words([moved]))
            return redirect("session_enrol", pk=moved.session_id)
    context = {**_about(enrolment), "form": form, "sessions": sessions}
    return render(request, "training/enrolment_move.html", context, status=422 if form.errors else 200)


def _fates(
    session: TrainingSession, ours: list[Enrolment], request: SignedInRequest
) -> list[tuple[Enrolment, Attestation | None, str]]:
    """Each of ours, with the attestation, or the half-days that keep it from them."""
    if session.state != SessionState.CLOSED:
        return [(row, None, "") for row in ours]
    found, records = attestations_in(session, request.user), records_of(session)
    return [(row, found.get(row.pk), missed_words(records[row.pk])) for row in ours if row.pk in records]


def _queue_left(step: Step, ours: list[Enrolment]) -> Enrolment | None:
    """The enrolment that waits elsewhere, when the step is to move it."""
    session = step.session
    if step.remedy is not Remedy.MOVE or session is None:
        return None
    waiting = [row for row in ours if row.state == EnrolmentState.WAITING and row.referent.code == step.referent_code]
    course = (session.module_id, session.part)
    return next((row for row in waiting if (row.session.module, row.session.part) == course), None)


def _structure(request: SignedInRequest) -> Structure:
    structure: Structure = request.user.structure  # type: ignore[assignment]  # only_for(is_structure)
    return structure


def _own_enrolment(request: SignedInRequest, pk: int) -> Enrolment:
    rows = Enrolment.objects.visible_to(request.user).select_related("session", "referent")
    enrolment: Enrolment = get_object_or_404(rows, pk=pk)
    return enrolment


def _about(enrolment: Enrolment) -> dict[str, Any]:
    session = enrolment.session
    return {
        "enrolment": enrolment,
        "title": course_title(naming(session.module), session.module, session.part),
        "dates": dates_words(session),
    }


def _enrolled_words(made: list[Enrolment]) -> str:
    """What became of each, in one or two sentences."""
    seated = [str(row.referent) for row in made if row.state == EnrolmentState.ENROLLED]
    waiting = [str(row.referent) for row in made if row.state == EnrolmentState.WAITING]
    words = []
    if seated:
        words.append(f"{', '.join(seated)}\u00a0: {plural(len(seated), 'inscrit,inscrits')}.")
    if waiting:
        words.append(
            f"{', '.join(waiting)}\u00a0: en liste d’attente. Un message vous préviendra dès qu’une place se libère."
        )
    return " ".join(words)
