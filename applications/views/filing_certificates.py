"""Step 2: attestations taken in, sorted and taken back."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from applications import selectors, uploads
from applications.filing import DraftState, Step, draft_state
from applications.forms.filing import AlsoForm, AssignForm, CertificateForm, FilesForm
from applications.models import Application
from applications.views.filing import is_upload, member, render_step, upload_answer, with_draft
from core import clock
from core.forms import sent
from core.versions import Overtaken
from documents.enums import FileState
from documents.intake import clean_name
from documents.serving import serve_file, serve_page
from rulebook.clauses import Rulebook
from training import services as training
from training.enums import RULED
from training.matrix import Matrix, build_matrix
from training.models import AttendanceCertificate
from training.selectors import certificates_of, certificates_to_sort, others_proved_by, providers_of
from training.selectors.past import noted_words, unproven_trainings
from training.services import TrainingRefused


@require_GET
@with_draft
def filing_certificates(request: HttpRequest, draft: Application) -> HttpResponse:
    return _page(request, draft, FilesForm())


@require_POST
@with_draft
def filing_certificates_add(request: HttpRequest, draft: Application) -> HttpResponse:
    """Take in one file or many; one that is refused is named and keeps none of the others from being kept."""
    form = FilesForm(request.POST, request.FILES)
    if not form.is_valid():
        return (
            upload_answer(str(form.errors["uploads"][0]))
            if is_upload(request)
            else _page(request, draft, form, status=422)
        )
    kept, refused = uploads.receive_each(
        form.cleaned_data["uploads"],
        lambda file: uploads.receive_certificate(
            application=draft, upload=file, actor=member(request), now=clock.now(), today=clock.today()
        ),
    )
    if is_upload(request):
        return upload_answer(refused[0][1] if refused else "", "Reçu, contrôle en cours" if kept else "")
    say_received(request, len(kept), refused)
    return redirect("filing_certificates")


def say_received(request: HttpRequest, kept: int, refused: Iterable[tuple[str, str]]) -> None:
    """Name each refused file, and say that the others are safe."""
    refused = list(refused)
    for name, reason in refused:
        messages.error(request, f"«\u00a0{clean_name(name)}\u00a0»\u00a0: {reason}")
    if kept and refused:
        others = "L’autre fichier est bien reçu." if kept == 1 else f"Les {kept} autres fichiers sont bien reçus."
        messages.success(request, others)
    elif kept:
        messages.success(request, "Fichier reçu." if kept == 1 else f"{kept} fichiers reçus.")


@require_POST
@with_draft
def filing_certificate_assign(request: HttpRequest, draft: Application, pk: int) -> HttpResponse:
    """« Ranger ici », from the list of files to sort."""
    certificate = _own(draft, pk)
    form = AssignForm(request.POST, certificate=certificate, **_choices(draft))
    if form.is_valid() and _assign(request, draft, form):
        messages.success(request, f"Rangé\u00a0: {certificate.file}, pour {form.cleaned_data['referent']}.")
        return redirect("filing_certificates")
    return _page(request, draft, FilesForm(), wrong=form, status=_status(form))


@require_http_methods(["GET", "POST"])
@with_draft
def filing_certificate(request: HttpRequest, draft: Application, pk: int) -> HttpResponse:
    """One attestation: its pages, and all that is known of it."""
    certificate = _own(draft, pk)
    form = CertificateForm(sent(request), certificate=certificate, today=clock.today(), prefix="", **_choices(draft))
    if request.method == "POST" and form.is_valid() and _assign(request, draft, form):
        messages.success(request, f"Enregistré\u00a0: {certificate.file}.")
        return redirect("filing_certificates")
    return _certificate_page(request, draft, certificate, form)


@require_POST
@with_draft
def filing_certificate_also(request: HttpRequest, draft: Application, pk: int) -> HttpResponse:
    """« Ce fichier prouve aussi » another module, or the same one for others."""
    certificate = _own(draft, pk)
    also = _also_form(draft, certificate, request.POST)
    if also.is_valid():
        try:
            rows = training.prove_also(
                certificate=certificate, rulebook=selectors.catalogue_of(draft, today=clock.today()),
                actor=member(request), now=clock.now(), **also.proved,
            )  # fmt: skip
            messages.success(request, f"Ce fichier prouve aussi\u00a0: {', '.join(str(row.referent) for row in rows)}.")
            return redirect("filing_certificate", pk)
        except TrainingRefused as error:
            also.add_error(None, str(error))
    form = CertificateForm(certificate=certificate, today=clock.today(), prefix="", **_choices(draft))
    return _certificate_page(request, draft, certificate, form, also)


def _certificate_page(
    request: HttpRequest,
    draft: Application,
    certificate: AttendanceCertificate,
    form: CertificateForm,
    also: AlsoForm | None = None,
) -> HttpResponse:
    rulebook = selectors.catalogue_of(draft, today=clock.today())
    others = [(other, rulebook.module(other.module)) for other in others_proved_by(certificate)]
    return render_step(
        request,
        draft,
        Step.CERTIFICATES,
        {
            "certificate": certificate,
            "form": form,
            "pages": range(1, certificate.file.page_count + 1) if certificate.file.is_ready else (),
            "ruled": certificate.state in RULED,
            "others": others,
            "also": also or (None if training.also_objection(certificate) else _also_form(draft, certificate)),
        },
        template="applications/filing/certificate.html",
        status=422 if also and also.errors else _status(form),
    )


def _also_form(draft: Application, certificate: AttendanceCertificate, data: Any = None) -> AlsoForm:
    return AlsoForm(data, certificate=certificate, **_choices(draft))


def _status(form: AssignForm) -> int:
    if form.elsewhere is not None:
        return 409
    return 422 if form.errors else 200


@require_POST
@with_draft
def filing_certificate_remove(request: HttpRequest, draft: Application, pk: int) -> HttpResponse:
    certificate = _own(draft, pk)
    try:
        training.remove_certificate(certificate=certificate, actor=member(request))
        messages.success(request, f"Retiré\u00a0: {certificate.file}.")
    except TrainingRefused as error:
        messages.error(request, str(error))
    return redirect("filing_certificates")


@require_GET
@with_draft
def filing_certificate_file(request: HttpRequest, draft: Application, pk: int) -> Any:
    return serve_file(_own(draft, pk).file)


@require_GET
@with_draft
def filing_certificate_page(request: HttpRequest, draft: Application, pk: int, number: int) -> HttpResponse:
    return serve_page(_own(draft, pk).file, number)


def _page(
    request: HttpRequest, draft: Application, form: FilesForm, *, wrong: AssignForm | None = None, status: int = 200
) -> HttpResponse:
    """The table, the files to sort with their proposals, and what is missing."""
    state = draft_state(draft, today=clock.today())
    choices = _choices(draft, state.rulebook)
    to_sort = [
        wrong if wrong and wrong.certificate.pk == certificate.pk else AssignForm(certificate=certificate, **choices)
        for certificate in certificates_to_sort(draft.structure)
    ]
    if wrong and wrong.elsewhere is not None and wrong not in to_sort:  # sorted meanwhile, from another tab
        to_sort.insert(0, wrong)
    sortable = {
        (certificate.referent.code, certificate.module): certificate.file
        for certificate in (sort.certificate for sort in to_sort)
        if certificate.referent
    }
    unready = list(certificates_of(draft.structure).exclude(file__state=FileState.READY))
    return render_step(
        request,
        draft,
        Step.CERTIFICATES,
        {
            "form": form,
            "to_sort": to_sort,
            "unready": unready,
            "waiting": sum(certificate.file.is_waiting for certificate in unready),
            "wrong": wrong,
            "matrix": _matrix(draft, state, sortable),
        },
        state=state,
        status=status,
    )


def _matrix(draft: Application, state: DraftState, sortable: Mapping[tuple[str, str], object]) -> Matrix:
    return build_matrix(
        state.covered,
        state.rulebook,
        providers=providers_of(draft.structure),
        sortable=sortable,
        noted=noted_words(unproven_trainings(draft.structure)),
        today=clock.today(),
    )


def _assign(request: HttpRequest, draft: Application, form: AssignForm) -> bool:
    try:
        training.assign_certificate(
            certificate=form.certificate,
            placing=form.placing,
            rulebook=selectors.catalogue_of(draft, today=clock.today()),
            actor=member(request),
            today=clock.today(),
            version=form.cleaned_data["version"],
        )
    except Overtaken as changed:
        form.overtaken(changed, _own(draft, form.certificate.pk))
        return False
    except TrainingRefused as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return False
    return True


def _choices(draft: Application, rulebook: Rulebook | None = None) -> dict[str, Any]:
    """Whom and what an attestation may be for."""
    return {
        "referents": selectors.counted_referents(draft, today=clock.today()),
        "rulebook": rulebook or selectors.catalogue_of(draft, today=clock.today()),
    }


def _own(draft: Application, pk: int) -> AttendanceCertificate:
    return get_object_or_404(certificates_of(draft.structure), pk=pk)
