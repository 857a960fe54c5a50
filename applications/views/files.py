"""The page of one file, and what is one click away from it: training, scores, pieces."""

from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from accounts import roles
from accounts.models import User
from applications import selectors
from applications.enums import ApplicationState, OpinionBody
from applications.expected import STATE_SIGNS
from applications.forms.desk import MessageForm
from applications.models import Application
from applications.rights import may_read_notes, may_rule
from applications.selectors import files as reads
from applications.selectors.desk import readable_files
from applications.views.next_step import Look, next_step
from applications.views.signs import CELLS, verdict_sign
from applications.workflow import may_hold_session, may_instruct, may_remark
from core import clock
from core.french import phone_fr
from documents.journal import erased_at
from documents.serving import serve_file, serve_letter
from evaluation.annex import offered_annexes
from evaluation.rights import may_read_cers
from evaluation.selectors import standing_draws
from training.coverage import obligation_title
from training.enums import CertificateState, CommitmentKind
from training.models import TrainingCommitment

EVENTS_SHOWN = 6


def person(request: HttpRequest) -> User:
    """Who asks: every page here is for people signed in."""
    return cast(User, request.user)


def file_or_404(request: HttpRequest, pk: int) -> Application:
    """The file for an agent who reads it; to everybody else it does not exist."""
    file = reads.file_for_page(readable_files(request.user), pk)
    if file is None:
        raise Http404
    return file


@require_safe
def file_of_panel(request: HttpRequest, panel_pk: int) -> HttpResponse:
    """From the CERs, which know nothing of files, to the file they were filed with."""
    return redirect("file_detail", pk=get_object_or_404(readable_files(request.user), panel_id=panel_pk).pk)


@require_safe
def session_of_panel(request: HttpRequest, panel_pk: int) -> HttpResponse:
    """From the CERs under discussion to the minutes of their working session."""
    return redirect("file_session", pk=get_object_or_404(readable_files(request.user), panel_id=panel_pk).pk)


@require_safe
def file_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return render_file(request, file_or_404(request, pk))


def render_file(
    request: HttpRequest, file: Application, *, message_form: MessageForm | None = None, internal: bool | None = None
) -> HttpResponse:
    """The page, also given back by the acts posted from it when something typed is wrong."""
    today, now = clock.today(), clock.now()
    results = selectors.results(file, today=today, to_show=True)
    opinions = reads.opinions_by_body(file)
    clocks = reads.clocks(file)
    due_on = next((shown.deadline.due_on for shown in clocks if shown.deadline.kind == "instruction"), None)
    look = Look(file, request.user, now, results, opinions, due_on)
    history = reads.events(file, opinions)
    context = {
        "file": file,
        "clocks": clocks,
        "next": next_step(look),
        "opinions": _opinion_rows(file, opinions),
        "opinions_given": len(opinions),
        "proposal": getattr(file, "proposal", None),
        "following": _following(file),
        "events": history[:EVENTS_SHOWN],
        "older_events": history[EVENTS_SHOWN:],
        "may_assign": may_instruct(request.user, file),
        "state_tone": STATE_SIGNS[ApplicationState(file.state)][0],
        "state_icon": STATE_SIGNS[ApplicationState(file.state)][1],
        "referent_count": len(results.coverage.counted),
        **_criteria(file, results),
        **_pieces(file, request.user),
        **_messages(request, file, message_form, internal),
    }
    return render(request, "applications/file/detail.html", context)


@require_safe
def file_training(request: HttpRequest, pk: int) -> HttpResponse:
    """The first criterion: référents × obligations, each attestation one click away."""
    file = file_or_404(request, pk)
    rulebook = selectors.rulebook_of(file)
    covered = selectors.coverage(file, today=clock.today(), to_show=True)
    certificates = _certificates_by_cell(file)
    waiting = selectors.certificates_to_rule(file).order_by("referent__code", "module", "part", "pk")
    rows = [
        (referent, [_cell(cell, certificates, rulebook) for cell in covered.row(referent.code)])
        for referent in covered.counted
    ]
    return render(
        request,
        "applications/file/training.html",
        {
            "file": file,
            "columns": [obligation_title(rulebook, obligation) for obligation in covered.obligations],
            "rows": rows,
            "bar": reads.obligations(covered),
            "verdict": verdict_sign(covered),
            "not_counted": covered.not_counted,
            "commitments": _commitments(request.user, file, rulebook),
            "to_rule": waiting.count(),
            "next_certificate": waiting.first() if may_rule(request.user, file) else None,
        },
    )


@require_safe
def file_scores(request: HttpRequest, pk: int) -> HttpResponse:
    """The second criterion: every CER with the structure's score, the DPID's and the working session's."""
    file = file_or_404(request, pk)
    scores = selectors.effective_scores(file)
    context = {
        "file": file,
        "scores": scores,
        "self_mean": reads.self_mean(file, scores),
        "rows": reads.score_rows(file, scores),
        "self_only": reads.self_only(file),
        "gap": reads.frequent_gap(scores),
        "short_panels": file.panel.short_panels.select_related("referent"),
        "draws": sorted(standing_draws(file.panel).items()),
        "may_read_cers": may_read_cers(request.user),
        "annexes": offered_annexes(file.panel, request.user) if may_read_cers(request.user) else [],
        "session_links": False,
        "may_remark": may_remark(request.user, file),
    }
    return render(request, "applications/file/scores.html", context)


@require_safe
def file_receipt(request: HttpRequest, pk: int) -> FileResponse:
    """The registration receipt that the structure was sent."""
    file = file_or_404(request, pk)
    if file.receipt is None:
        raise Http404
    return serve_letter(file.receipt)


@require_safe
def file_acknowledgement(request: HttpRequest, pk: int) -> FileResponse:
    """The acknowledgement that the structure was sent."""
    file = file_or_404(request, pk)
    if file.acknowledgement is None:
        raise Http404
    return serve_letter(file.acknowledgement)


@require_safe
def file_commitment_proof(request: HttpRequest, pk: int, commitment_pk: int) -> FileResponse:
    """The proof of an absence, for the DPID alone (R23); a training plan, for the SLAI too."""
    file = file_or_404(request, pk)
    commitment = get_object_or_404(selectors.filed_commitments(file).select_related("proof"), pk=commitment_pk)
    if not _may_read_proof(request.user, file, commitment):
        raise PermissionDenied
    if commitment.proof is None:
        raise Http404
    return serve_file(commitment.proof)


def _following(file: Application) -> Application | None:
    """The second application, once filed: its draft is the structure's."""
    following = getattr(file, "next", None)
    return following if following and following.submitted_at else None


def _may_read_proof(user: Any, file: Application, commitment: TrainingCommitment) -> bool:
    """An absence may tell of somebody's health: the team of the territory knows its nature, and no more (R23)."""
    is_plan = commitment.kind == CommitmentKind.NEWCOMER
    return may_instruct(user, file) or (is_plan and roles.is_slai(user))


def _opinion_rows(file: Application, opinions: dict[str, Any]) -> list[tuple[str, Any]]:
    return [
        ("DPID", opinions.get(OpinionBody.DPID)),
        (f"SLAI, {file.lead_territory}", opinions.get(OpinionBody.SLAI)),
    ]


def _criteria(file: Application, results: selectors.Results) -> dict[str, Any]:
    rulebook = selectors.rulebook_of(file)
    scores = results.scores
    return {
        "verdict": verdict_sign(results.coverage),
        "bar": reads.obligations(results.coverage),
        "unmet": [(cell, obligation_title(rulebook, cell.obligation)) for cell in reads.unmet_cells(results.coverage)],
        "scores": scores,
        "self_mean": reads.self_mean(file, scores),
        "gap": reads.frequent_gap(scores),
    }


def _pieces(file: Application, user: Any) -> dict[str, Any]:
    counts = reads.certificate_counts(file)
    return {
        "certificates": sum(counts.values()),
        "file_count": sum(counts.values()) + file.panel.cers.filter(file__isnull=False).count(),
        "form_facts": [
            ("Mission", file.mission),
            ("Interlocuteur", file.contact_name),
            ("Courriel", file.contact_email),
            ("Téléphone", phone_fr(file.contact_phone)),
        ],
        "accepted": counts[CertificateState.ACCEPTED],
        "refused": counts[CertificateState.REFUSED],
        "to_rule": counts[CertificateState.TO_CHECK] + counts[CertificateState.EQUIVALENCE],
        "commitment_count": selectors.filed_commitments(file).count(),
        "may_read_cers": may_read_cers(user),
    }


def _messages(
    request: HttpRequest, file: Application, form: MessageForm | None, internal: bool | None
) -> dict[str, Any]:
    """`internal`: which thread; the address says it unless a form comes back."""
    may_read = may_read_notes(request.user)
    if internal is None:
        internal = request.GET.get("messages") == "internes"
    internal = internal and may_read
    thread = list(reads.messages_of(file, internal=internal))
    may_write = may_hold_session(request.user, file)
    return {
        "internal": internal,
        "thread": thread,
        "notes": reads.note_count(file, request.user),
        "may_read_notes": may_read,
        "may_write": may_write,
        "unread": may_write and any(not row.read_at and row.author.structure_id for row in thread),
        "message_form": form or MessageForm(),
    }


def _certificates_by_cell(file: Application) -> dict[tuple[str, str], list[Any]]:
    found: dict[tuple[str, str], list[Any]] = {}
    certificates = selectors.filed_certificates(file).select_related("referent")
    for certificate in certificates.order_by("part", "created_at", "pk"):
        code = certificate.referent.code if certificate.referent else ""
        found.setdefault((code, certificate.module), []).append(certificate)
    return found


def _cell(cell: Any, certificates: dict[tuple[str, str], list[Any]], rulebook: Any) -> dict[str, Any]:
    css, icon, words = CELLS[cell.status]
    module_id = cell.module_id or cell.obligation
    return {
        "css": css,
        "icon": icon,
        "words": words,
        "why": cell.why,
        "title": obligation_title(rulebook, cell.obligation),
        "certificates": certificates.get((cell.referent_code, module_id), []),
    }


def _commitments(user: Any, file: Application, rulebook: Any) -> list[dict[str, Any]]:
    rows = list(selectors.filed_commitments(file).select_related("referent", "proof").order_by("due_on", "pk"))
    erased = erased_at(row.proof_id for row in rows if row.proof_id)
    return [
        {
            "row": row,
            "title": obligation_title(rulebook, row.obligation),
            "may_read": _may_read_proof(user, file, row),
            "erased_at": erased.get(row.proof_id or 0),
        }
        for row in rows
    ]
