"""What is known of the contracts' files: their facts, those held by the check, those to send again."""

from django.db.models import Q, QuerySet

from accounts.models import Structure
from documents.enums import FileState
from evaluation.enums import PanelStage
from evaluation.models import Cer, CerFacts


def known_facts(cer: Cer) -> dict[str, CerFacts]:
    """By source, in one query; the caller shows each side its own."""
    rows = CerFacts.objects.filter(Q(cer=cer) | Q(file__isnull=False, file=cer.file_id)).select_related("author")
    return {row.source: row for row in rows}


def next_to_fix(after: Cer) -> Cer | None:
    """The panel's next contract held by the check, in the order of the screens, from `after` on and round again."""
    held = list(
        Cer.objects.filter(panel=after.panel_id, file__state=FileState.TO_FIX)
        .exclude(pk=after.pk)
        .select_related("referent")
        .order_by("referent__code", "number")
    )
    here = (after.referent.code, after.number)
    return next((cer for cer in held if (cer.referent.code, cer.number) > here), held[0] if held else None)


def cers_to_replace(structure: Structure) -> QuerySet[Cer]:
    """The filed contracts that the Département can't read: withdrawn, or answered by a file that is not ready yet."""
    return (
        Cer.objects.filter(panel__structure=structure, file__isnull=False)
        .exclude(panel__stage=PanelStage.DRAFT)
        .exclude(file__state=FileState.READY)
        .select_related("referent", "file", "panel")
        .order_by("referent__code", "number")
    )
