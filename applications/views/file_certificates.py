"""The DPID looks at each attestation and rules on it; the SLAI and the audit look."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from applications import selectors
from applications.forms.desk import ObjectivesForm, RefusalForm, SupportForm
from applications.models import Application
from applications.rights import may_rule
from applications.views.files import file_or_404, person
from applications.workflow import may_instruct
from core import clock
from core.french import NBSP, day_date, plural
from documents.serving import serve_file, serve_page
from rulebook.clauses import Module, Rulebook
from training.cards import course_title
from training.enums import RULED
from training.models import AttendanceCertificate
from training.rulings import RulingRefused, accept_certificate, known_ruling, refuse_certificate
from training.selectors.catalogue import naming
from training.services.supports import awaited_support

ORDER = ("referent__code", "module", "part", "pk")


@require_safe
def certificate_review(request: HttpRequest, pk: int, certificate_pk: int) -> HttpResponse:
    file = file_or_404(request, pk)
    return render_review(request, file, certificate_of(file, certificate_pk))


@require_safe
def certificate_page(request: HttpRequest, pk: int, certificate_pk: int, number: int) -> HttpResponse:
    """A page of the attestation as an image."""
    certificate = certificate_of(file_or_404(request, pk), certificate_pk)
    return serve_page(certificate.file, number, zoom=150)


@require_safe
def certificate_file(request: HttpRequest, pk: int, certificate_pk: int) -> FileResponse:
    return serve_file(certificate_of(file_or_404(request, pk), certificate_pk).file)


@require_POST
def certificate_accept(request: HttpRequest, pk: int, certificate_pk: int) -> HttpResponse:
    file, certificate = to_rule(request, pk, certificate_pk)
    judged = _judged(request, file, certificate)
    try:
        accept_certificate(
            certificate=certificate, seen=request.POST.get("seen", ""), actor=person(request), now=clock.now(),
            judgement=judged.judgement if judged.is_valid() else None,
        )  # fmt: skip
    except RulingRefused as error:
        if certificate.is_equivalence:
            judged.add_error(None, str(error))
            return render_review(request, file, certificate_of(file, certificate_pk), objectives=judged)
        messages.error(request, str(error))
        return redirect("certificate_review", pk, certificate_pk)
    messages.success(request, f"{_name(certificate)}\u00a0: attestation acceptée.")
    return _onwards(file, certificate)


@require_POST
def certificate_refuse(request: HttpRequest, pk: int, certificate_pk: int) -> HttpResponse:
    file, certificate = to_rule(request, pk, certificate_pk)
    form, judged = RefusalForm(request.POST), _judged(request, file, certificate)
    if not form.is_valid() or not judged.is_valid():
        return render_review(request, file, certificate, form, judged)
    try:
        refuse_certificate(
            certificate=certificate, actor=person(request), now=clock.now(), judgement=judged.judgement,
            **form.cleaned_data,
        )  # fmt: skip
    except RulingRefused as error:
        form.add_error(None, str(error))
        return render_review(request, file, certificate_of(file, certificate_pk), form, judged)
    messages.success(request, f"{_name(certificate)}\u00a0: attestation refusée, le motif est enregistré.")
    return _onwards(file, certificate)


def to_rule(request: HttpRequest, pk: int, certificate_pk: int) -> tuple[Application, AttendanceCertificate]:
    """403 to those who never rule; the service says when it is not the time."""
    file = file_or_404(request, pk)
    if not may_instruct(request.user, file):
        raise PermissionDenied
    return file, certificate_of(file, certificate_pk)


def certificate_of(file: Application, certificate_pk: int) -> AttendanceCertificate:
    return get_object_or_404(_certificates(file).select_related("referent", "file", "ruled_by"), pk=certificate_pk)


def _certificates(file: Application) -> Any:
    return selectors.filed_certificates(file).order_by(*ORDER)


def _judged(request: HttpRequest, file: Application, certificate: AttendanceCertificate) -> ObjectivesForm:
    return ObjectivesForm(
        request.POST, module=selectors.catalogue_of(file, today=clock.today()).module(certificate.module)
    )


def render_review(
    request: HttpRequest,
    file: Application,
    certificate: AttendanceCertificate,
    form: RefusalForm | None = None,
    objectives: ObjectivesForm | None = None,
    asking: SupportForm | None = None,
) -> HttpResponse:
    """`seen` is renewed at each display: after « entre-temps… », the agent rules on what is shown now.

    What was ruled before on the same course ticks its objectives; nothing is decided by it, and the words written for
    another structure stay its own.
    """
    rulebook = selectors.catalogue_of(file, today=clock.today())
    module, ruled = rulebook.module(certificate.module), list(certificate.rulings.select_related("author").reverse())
    known = known_ruling(certificate) if may_rule(request.user, file) and not ruled else None
    shown = ruled[0] if ruled else known
    objectives = objectives or ObjectivesForm(module=module, known=shown.covered if shown else ())
    form = form or RefusalForm(initial={"reason": certificate.reason})
    context = {
        "file": file,
        "certificate": certificate,
        "module": module,
        "declared": [*declared(certificate, module), *_others(file, certificate, rulebook)],
        "pages": range(1, certificate.file.page_count + 1),
        "form": form,
        "may_rule": may_rule(request.user, file),
        "is_ruled": certificate.state in RULED,
        "former_rulings": ruled[1:],
        "known": known,
        "objectives": objectives,
        **_supports(certificate, asking),
        "judged": ruled[0] if ruled else None,
        **_place(file, certificate),
        "to_rule": selectors.certificates_to_rule(file).count(),
    }
    status = 422 if form.errors or objectives.errors or (asking and asking.errors) else 200
    return render(request, "applications/file/certificate.html", context, status=status)


def _others(file: Application, certificate: AttendanceCertificate, rulebook: Rulebook) -> list[tuple[str, str]]:
    """What else the same file proves among what is filed: each is ruled on by itself."""
    others = _certificates(file).filter(file=certificate.file_id).exclude(pk=certificate.pk).select_related("referent")
    rows = [f"{row.referent}, {rulebook.module(row.module).short_title}" for row in others]
    return [("Même fichier", "\u202f; ".join(rows))] if rows else []


def _place(file: Application, certificate: AttendanceCertificate) -> dict[str, Any]:
    """Where the attestation is among those of the file."""
    around = list(_certificates(file).values_list("pk", flat=True))
    here = around.index(certificate.pk)
    return {
        "previous_pk": around[here - 1] if here else None,
        "next_pk": around[here + 1] if here + 1 < len(around) else None,
        "rank": here + 1,
        "total": len(around),
    }


def _supports(certificate: AttendanceCertificate, asking: SupportForm | None) -> dict[str, Any]:
    """What was asked, what came, and for a training outside the plan the form to ask: one piece at a time."""
    supports = list(certificate.support_requests.select_related("file", "asked_by").reverse())
    awaited = awaited_support(certificate)
    may_ask = certificate.is_equivalence and certificate.state not in RULED and awaited is None
    ready = [each for each in supports if each.file and each.file.is_ready]
    return {
        "supports": supports,
        "no_refusal_before": awaited.due_on if awaited and clock.today() <= awaited.due_on else None,
        "pieces": [(each, range(1, each.file.page_count + 1)) for each in ready],
        "asking": asking or (SupportForm(today=clock.today()) if may_ask else None),
    }


def declared(certificate: AttendanceCertificate, module: Module) -> list[tuple[str, str]]:
    """What the structure says of it, for the page."""
    part = module.parts[certificate.part - 1] if certificate.part and module.parts else ""
    outside = (
        [
            ("Intitulé", certificate.course),
            ("Version ou année", certificate.edition),
            ("Durée suivie", f"{certificate.hours}{NBSP}heure{plural(certificate.hours)}" if certificate.hours else ""),
        ]
        if certificate.is_equivalence
        else []
    )
    return [
        ("Référent", f"{certificate.referent}, {certificate.referent.code}" if certificate.referent else ""),
        ("Module", f"{module.title}{f', {part.lower()}' if part else ''}"),
        ("Durée prévue", module.duration),
        ("Suivie le", day_date(certificate.followed_on) if certificate.followed_on else ""),
        ("Organisme", certificate.provider),
        *outside,
    ]


def _onwards(file: Application, certificate: AttendanceCertificate) -> HttpResponse:
    """To the next attestation that waits, further on or from the start; to the table once none is left."""
    waiting = list(selectors.certificates_to_rule(file).order_by(*ORDER).values_list("pk", flat=True))
    if not waiting:
        return redirect("file_training", file.pk)
    order = {pk: rank for rank, pk in enumerate(_certificates(file).values_list("pk", flat=True))}
    further = [pk for pk in waiting if order[pk] > order[certificate.pk]]
    return redirect("certificate_review", file.pk, (further or waiting)[0])


def _name(certificate: AttendanceCertificate) -> str:
    title = course_title(naming(certificate.module), certificate.module, certificate.part)
    return f"{certificate.referent}, {title}"
