"""Reads on trainings that were brought without their attestation, and on what an import would write."""

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Structure
from core.french import day_date
from training.enums import CertificateState
from training.imports.matching import Known, Plan, plan_import
from training.imports.reading import ImportRow
from training.models import AttendanceCertificate, PastTraining

LEAVES_OPEN = (CertificateState.TO_SORT, CertificateState.REFUSED)
"""An attestation that is not sorted, or is refused, leaves the training to be proven."""


def unproven_trainings(structure: Structure) -> QuerySet[PastTraining]:
    """Those that still wait for their attestation, by référent and date."""
    proofs = AttendanceCertificate.objects.filter(
        Q(part=OuterRef("part")) | Q(part=None), referent=OuterRef("referent"), module=OuterRef("module")
    ).exclude(state__in=LEAVES_OPEN)
    kept = PastTraining.objects.filter(~Exists(proofs), referent__structure=structure)
    return kept.select_related("referent").order_by("referent__code", "followed_on", "pk")


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
        proven=set(proofs.values_list("referent__code", "module", "part")),
        answers=answers,
    )


def noted_words(trainings: Iterable[PastTraining]) -> dict[tuple[str, str], str]:
    """(référent's code, module) -> when, and with whom, the structure says it was followed."""
    return {(each.referent.code, each.module): words_of(each) for each in reversed(list(trainings))}


def words_of(training: PastTraining) -> str:
    part = f"{'1re' if training.part == 1 else f'{training.part}e'} partie, " if training.part else ""
    with_whom = f", {training.provider}" if training.provider else ""
    return f"{part}suivie le {day_date(training.followed_on)}{with_whom}"
