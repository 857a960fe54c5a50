"""Reads on trainings that were brought without their attestation, and on what an import would write."""

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Structure
from core.french import day_date
from rulebook.book import current_rulebook
from training.enums import CertificateState
from training.imports.matching import Known, Plan, plan_import
from training.imports.reading import ImportRow
from training.models import AttendanceCertificate, PastTraining

LEAVES_OPEN = (CertificateState.TO_SORT, CertificateState.REFUSED)
"""An attestation that is not sorted, or is refused, leaves the training to be proven."""


def unproven_trainings(structure: Structure) -> QuerySet[PastTraining]:
    """Those that still wait for their attestation, by référent and date. A whole module is proven by its parts too."""
    proofs = AttendanceCertificate.objects.filter(referent=OuterRef("referent"), module=OuterRef("module")).exclude(
        state__in=LEAVES_OPEN
    )
    proven = Q(Exists(proofs.filter(Q(part=OuterRef("part")) | Q(part=None))))
    for module in current_rulebook().modules:
        if module.parts:
            each_part = [Q(Exists(proofs.filter(part=number))) for number in module.part_numbers]
            proven |= Q(*each_part, module=module.id, part=None)
    kept = PastTraining.objects.filter(~proven, referent__structure=structure)
    return kept.select_related("referent").order_by("referent__code", "followed_on", "pk")


def noted_trainings(structure: Structure) -> set[tuple[str, str, int | None]]:
    """The same as référent's code, module and part."""
    return set(unproven_trainings(structure).values_list("referent__code", "module", "part"))


def plan_of(structure: Structure, rows: Sequence[ImportRow], answers: Mapping[int, str]) -> Plan:
    """What the lines would write, the structure being what it is now. Three queries whatever the number of lines."""
    people = [
        Known(each.code, each.first_name, each.last_name, each.arrived_on, each.email, each.left_on, each.funded)
        for each in structure.referents.order_by("code")
    ]
    declared = PastTraining.objects.filter(referent__structure=structure)
    proofs = structure.certificates.filter(referent__isnull=False).exclude(state__in=LEAVES_OPEN)
    return plan_import(
        rows,
        people,
        declared=set(declared.values_list("referent__code", "module", "part", "followed_on")),
        proven=_with_wholes(set(proofs.values_list("referent__code", "module", "part"))),
        answers=answers,
    )


def _with_wholes(proven: set[tuple[str, str, int | None]]) -> set[tuple[str, str, int | None]]:
    """A module of which each part is proven is proven whole."""
    codes = {code for code, _, _ in proven}
    split = [module for module in current_rulebook().modules if module.parts]
    return proven | {
        (code, module.id, None)
        for code in codes
        for module in split
        if all((code, module.id, number) in proven for number in module.part_numbers)
    }


def noted_words(trainings: Iterable[PastTraining]) -> dict[tuple[str, str], str]:
    """(référent's code, module) -> when, and with whom, the structure says it was followed."""
    return {(each.referent.code, each.module): words_of(each) for each in reversed(list(trainings))}


def words_of(training: PastTraining) -> str:
    part = f"{'1re' if training.part == 1 else f'{training.part}e'} partie, " if training.part else ""
    with_whom = f", {training.provider}" if training.provider else ""
    return f"{part}suivie le {day_date(training.followed_on)}{with_whom}"
