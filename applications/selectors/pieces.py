"""The files of a draft that can't be filed yet: examined, to be mended, refused or taken out of view."""

from dataclasses import dataclass

from django.urls import reverse

from applications.models import Application
from documents.enums import FileState
from documents.models import StoredFile
from training.models import AttendanceCertificate, TrainingCommitment


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that keeps the file from being filed: said in French, with the step or page where it is mended."""

    step: str
    text: str
    url: str = ""


def files_not_ready(application: Application) -> list[Missing]:
    """Each with its state, its reason and the page where it is mended."""
    return [*_certificates(application), *_proofs(application), *_cers(application), *_to_sort(application)]


def _certificates(application: Application) -> list[Missing]:
    rows = AttendanceCertificate.objects.filter(structure=application.structure_id).select_related("file")
    return [
        Missing("attestations", _told(str(row.file), row.file), reverse("filing_certificate", args=[row.pk]))
        for row in rows.exclude(file__state=FileState.READY)
    ]


def _proofs(application: Application) -> list[Missing]:
    rows = (
        TrainingCommitment.objects.filter(structure=application.structure_id, proof__isnull=False)
        .exclude(proof__state__in=[FileState.READY, FileState.ERASED])
        .select_related("proof", "referent")
    )
    return [
        Missing(
            "attestations",
            _told(f"{row.referent}, justificatif", row.proof),
            reverse("filing_obligation", args=[row.referent.code, row.obligation]),
        )
        for row in rows
        if row.proof is not None  # filtré
    ]


def _cers(application: Application) -> list[Missing]:
    rows = application.panel.cers.filter(file__isnull=False).exclude(file__state=FileState.READY)
    return [
        Missing("cer", _told(row.reference, row.file), reverse("filing_cer", args=[row.pk]))
        for row in rows.select_related("file", "referent")
        if row.file is not None  # filtré
    ]


def _to_sort(application: Application) -> list[Missing]:
    return [
        Missing(
            "cer", f"{row.file}\u00a0: choisissez son référent, ou retirez-le.", reverse("filing_cers") + "#a-ranger"
        )
        for row in application.panel.to_sort.select_related("file")
    ]


def _told(name: str, file: StoredFile) -> str:
    words = file.get_state_display().lower()
    return f"{name}\u00a0: {words}. {file.reason}".strip() if file.reason else f"{name}\u00a0: {words}."
