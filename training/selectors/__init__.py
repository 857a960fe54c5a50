"""Reads on training: what a structure's référents have followed, and what it amounts to (`training.coverage`)."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from accounts.models import Referent, Structure
from documents.enums import WAITING, FileState
from rulebook.clauses import Rulebook
from rulebook.enums import ReferentScope
from training import coverage
from training.enums import CertificateState, CommitmentKind
from training.facts import CertificateFacts, CommitmentFacts, ReferentFacts
from training.models import AttendanceCertificate, TrainingCommitment

COUNTED = (*WAITING, FileState.READY)
"""A proof counts in a draft while its file is examined; a file is not filed before all are ready."""
PROVING = Q(file__state__in=COUNTED) & ~Q(state=CertificateState.TO_SORT)
SEEN = (*COUNTED, FileState.ERASED)
"""A proof of absence goes once the training is done: it still was one (`services.promises`)."""
THOUSAND = 1000
"""Structures read together."""


def counted_referents(structure: Structure, *, rulebook: Rulebook, day: date) -> list[Referent]:
    """The référents that count on `day`: in post, and funded by the Département unless the rulebook says all (A5)."""
    everyone = rulebook.choice("referent.scope") == ReferentScope.ALL
    return [
        referent
        for referent in structure.referents.order_by("code")
        if referent.is_active_on(day) and (referent.funded or everyone)
    ]


def certificates_of(structure: Structure) -> QuerySet[AttendanceCertificate]:
    return structure.certificates.select_related("referent", "file")


def certificates_to_sort(structure: Structure) -> QuerySet[AttendanceCertificate]:
    """A refused file is to be taken back, not sorted."""
    return certificates_of(structure).filter(state=CertificateState.TO_SORT, file__state__in=COUNTED)


def others_proved_by(certificate: AttendanceCertificate) -> QuerySet[AttendanceCertificate]:
    """What else the same file proves."""
    rows = AttendanceCertificate.objects.filter(structure=certificate.structure_id, file=certificate.file_id)
    return rows.exclude(pk=certificate.pk).select_related("referent").order_by("referent__code", "module", "part")


def providers_of(structure: Structure) -> dict[tuple[str, str], str]:
    """(référent's code, module) -> who gave the training that asks for equivalence."""
    asked = structure.certificates.filter(state=CertificateState.EQUIVALENCE).select_related("referent")
    return {(row.referent.code, row.module): row.provider for row in asked if row.referent}


def coverage_of(
    structure: Structure,
    *,
    rulebook: Rulebook,
    today: date,
    active_on: date | None = None,
    codes: Collection[str] | None = None,
    held_at: datetime | None = None,
) -> coverage.Coverage:
    """The first criterion of a structure (CdC 5-1). `active_on` is the filing date once the file is filed (A5), and
    `codes` the référents that counted then: what the structure says of them afterwards changes nothing. `held_at`
    leaves out what the structure has brought since that instant.

    Three queries whatever the number of référents.
    """
    held = Q(created_at__lte=held_at) if held_at else Q()
    return _cover(
        structure,
        rulebook,
        referents=structure.referents.order_by("code"),
        certificates=structure.certificates.filter(held, PROVING),
        commitments=structure.training_commitments.filter(held).select_related("proof"),
        today=today,
        active_on=active_on,
        codes=codes,
    )


def coverages_of(
    structures: QuerySet[Structure], *, rulebook: Rulebook, today: date
) -> Iterator[tuple[Structure, coverage.Coverage]]:
    """The first criterion of many structures as of `today`: four queries for each thousand of them."""
    read = structures.select_related("lead_territory").prefetch_related(
        Prefetch("referents", Referent.objects.order_by("code"), to_attr="all_referents"),
        Prefetch("certificates", AttendanceCertificate.objects.filter(PROVING), to_attr="proofs"),
        Prefetch("training_commitments", TrainingCommitment.objects.select_related("proof"), to_attr="promises"),
    )
    found: Iterator[Any] = read.iterator(chunk_size=THOUSAND)
    for structure in found:
        yield (
            structure,
            _cover(
                structure,
                rulebook,
                referents=structure.all_referents,
                certificates=structure.proofs,
                commitments=structure.promises,
                today=today,
            ),
        )


def _cover(
    structure: Structure,
    rulebook: Rulebook,
    *,
    referents: Iterable[Referent],
    certificates: Iterable[AttendanceCertificate],
    commitments: Iterable[TrainingCommitment],
    today: date,
    active_on: date | None = None,
    codes: Collection[str] | None = None,
) -> coverage.Coverage:
    people = list(referents)
    code_of = {referent.pk: referent.code for referent in people}
    return coverage.cover(
        local_rulebook(structure, rulebook),
        referents=[_referent_facts(referent) for referent in people],
        certificates=[
            _certificate_facts(certificate, code_of[certificate.referent_id])
            for certificate in certificates
            if certificate.referent_id is not None  # la base l’interdit
        ],
        commitments=[_commitment_facts(commitment, code_of[commitment.referent_id]) for commitment in commitments],
        active_on=active_on or today,
        today=today,
        territory=structure.lead_territory.slug,
        codes=codes,
    )


def coverage_snapshot(
    structure: Structure,
    *,
    rulebook: Rulebook,
    today: date,
    active_on: date | None = None,
    codes: Collection[str] | None = None,
) -> dict[str, Any]:
    """The coverage as JSON with the attestations it rests on, to be frozen with what is filed or judged."""
    covered = coverage_of(structure, rulebook=rulebook, today=today, active_on=active_on, codes=codes)
    certificates = certificates_of(structure).exclude(state=CertificateState.TO_SORT)
    return {
        "verdict": str(covered.verdict),
        "referents": [{"code": referent.code, "name": referent.name} for referent in covered.counted],
        "cells": [
            {
                "referent": cell.referent_code,
                "obligation": cell.obligation,
                "module": cell.module_id,
                "status": str(cell.status),
                "until": cell.until.isoformat() if cell.until else None,
                "why": cell.why,
            }
            for cell in covered.cells.values()
        ],
        "certificates": [
            {
                "referent": certificate.referent.code,
                "module": certificate.module,
                "part": certificate.part,
                "followed_on": certificate.followed_on.isoformat() if certificate.followed_on else None,
                "state": certificate.state,
                "reason": certificate.reason,
                "file": certificate.file.sha256,
            }
            for certificate in certificates
            if certificate.referent is not None  # la base l’interdit
        ],
    }


def local_rulebook(structure: Structure, rulebook: Rulebook) -> Rulebook:
    """The rulebook as the structure's territory has it (A6; reference data): what it does not admit is not offered."""
    territory = structure.lead_territory
    if territory.optional_modules:
        allowed = {**rulebook.training.optional_allowed, territory.slug: tuple(territory.optional_modules)}
        rulebook = replace(rulebook, training=replace(rulebook.training, optional_allowed=MappingProxyType(allowed)))
    shut = {module.id for module in rulebook.modules if not rulebook.is_admitted(module, territory.slug)}
    if not shut:
        return rulebook
    modules = tuple(replace(m, admitted=False, offered=False) if m.id in shut else m for m in rulebook.modules)
    return replace(rulebook, modules=modules)


def _referent_facts(referent: Referent) -> ReferentFacts:
    return ReferentFacts(
        code=referent.code,
        name=str(referent),
        arrived_on=referent.arrived_on,
        left_on=referent.left_on,
        funded=referent.funded,
    )


def _certificate_facts(certificate: AttendanceCertificate, code: str) -> CertificateFacts:
    return CertificateFacts(
        referent_code=code,
        module_id=certificate.module,
        part=certificate.part,
        status=CertificateState(certificate.state),
        followed_on=certificate.followed_on,
        reason=certificate.reason,
    )


def _commitment_facts(commitment: TrainingCommitment, code: str) -> CommitmentFacts:
    """A newcomer's plan is the session named, or a file; an absence is proven by a file (R23, R24)."""
    planned = commitment.kind == CommitmentKind.NEWCOMER and commitment.session_on is not None
    return CommitmentFacts(
        referent_code=code,
        obligation=commitment.obligation,
        kind=CommitmentKind(commitment.kind),
        due_on=commitment.due_on,
        session_on=commitment.session_on,
        has_proof=planned or (commitment.proof is not None and commitment.proof.state in SEEN),
    )
