"""What the DPID decides on an attestation (CdC 5-1): accepted or refused, one référent and one module at a time.

The time for it runs from filing to the DPID's opinion: the file writes that stage on the training record.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from accounts import roles
from accounts.models import Structure, User
from core import clock
from core.french import day_date, plural
from training.courses import Judgement
from training.enums import CertificateState, RecordStage
from training.models import AttendanceCertificate, Attestation, CertificateRuling
from training.records import lock_record
from training.services.promises import settle_commitments
from training.services.supports import awaited_support, close_supports


class RulingRefused(Exception):  # noqa: N818 — un refus n’est pas une panne
    """Nothing was written; the message is a French sentence for the person who tried."""


class StaleRuling(RulingRefused):
    """Somebody else has ruled on the attestation since the person saw it."""


def accept_certificate(
    *,
    certificate: AttendanceCertificate,
    actor: User,
    now: datetime,
    seen: str,
    judgement: Judgement | None = None,
) -> AttendanceCertificate:
    """The attestation counts. `seen` is the state on screen. A training outside the plan counts when it covers every
    objective of the module: `judgement` says so, one by one (R19)."""
    if certificate.is_equivalence and (judgement is None or judgement.lacking):
        raise RulingRefused(
            "Une équivalence s’accepte quand chaque objectif du module est couvert\u00a0: cochez-les un à un, "
            "ou refusez avec un motif."
        )
    return _rule(
        certificate, CertificateState.ACCEPTED, actor=actor, now=now, seen=seen, reason="", judgement=judgement
    )


def refuse_certificate(
    *,
    certificate: AttendanceCertificate,
    reason: str,
    actor: User,
    now: datetime,
    seen: str,
    judgement: Judgement | None = None,
) -> AttendanceCertificate:
    """The attestation does not count. The structure reads `reason`, which may end up in a decision. A judgement that
    finds nothing covered is none: the objectives were left aside, the reason alone tells."""
    if not reason.strip():
        raise RulingRefused("Un refus demande un motif.")
    return _rule(
        certificate, CertificateState.REFUSED, actor=actor, now=now, seen=seen, reason=reason.strip(),
        judgement=judgement if judgement and judgement.covered else None,
    )  # fmt: skip


def known_ruling(certificate: AttendanceCertificate) -> CertificateRuling | None:
    """The last ruling that tells the objectives of the same course for the same module, of whatever structure: a
    proposal, never applied."""
    if not (certificate.is_equivalence and certificate.course_key):
        return None
    same = CertificateRuling.objects.filter(
        certificate__is_equivalence=True,
        certificate__course_key=certificate.course_key,
        certificate__module=certificate.module,
        certificate__part=certificate.part,
    )
    told = same.exclude(certificate=certificate).exclude(covered=[], lacking=[])
    return told.select_related("author").order_by("-at", "-pk").first()


@transaction.atomic
def accept_certificates(
    *, structure: Structure, pks: Collection[int], actor: User, now: datetime
) -> list[AttendanceCertificate]:
    """Accept several attestations that wait for their check, all or none; an equivalence is judged by itself (R19).

    Raises StaleRuling when one of them is no longer waiting: the agent ticked it as it was.
    """
    _check_time(structure.pk, actor)
    rows = AttendanceCertificate.objects.select_for_update(of=("self",)).filter(structure=structure, pk__in=pks)
    locked = list(rows.select_related("referent").order_by("pk"))
    moved = sum(row.state != CertificateState.TO_CHECK for row in locked) + len(set(pks)) - len(locked)
    if moved:
        raise StaleRuling(
            f"Entre-temps, {moved} de ces attestations {plural(moved, 'n’attend,n’attendent')} plus de vérification. "
            "Aucune n’est acceptée\u00a0: la liste est à jour, reprenez-la."
        )
    rows.update(state=CertificateState.ACCEPTED, reason="", ruled_by=actor, ruled_at=now)
    CertificateRuling.objects.bulk_create(
        CertificateRuling(certificate=row, state=CertificateState.ACCEPTED, author=actor, at=now) for row in locked
    )
    settle_commitments(structure=structure, today=clock.civil_date(now))
    return locked


def _check_time(structure_id: int, actor: User) -> None:
    """Locks the structure's record: what is ruled on does not move meanwhile."""
    if not roles.is_dpid(actor):
        raise RulingRefused("Les attestations sont vérifiées par la DPID.")
    if lock_record(structure_id).stage != RecordStage.CONTROL:
        raise RulingRefused("Le dossier de cette structure n’est pas ouvert à la vérification des attestations.")


@transaction.atomic
def _rule(
    certificate: AttendanceCertificate,
    ruling: CertificateState,
    *,
    actor: User,
    now: datetime,
    seen: str,
    reason: str,
    judgement: Judgement | None,
) -> AttendanceCertificate:
    """A ruling may be corrected by whoever sees it as it is; two agents never overwrite each other unknowingly, and
    every ruling is kept."""
    _check_time(certificate.structure_id, actor)
    locked = AttendanceCertificate.objects.select_for_update(of=("self",)).get(pk=certificate.pk)
    if Attestation.objects.filter(certificate=locked).exists():
        raise RulingRefused(
            "Cette attestation est délivrée par le Département à la fin d’une session\u00a0: elle change par la "
            "correction de la présence."
        )
    if locked.state == CertificateState.TO_SORT:
        raise RulingRefused("Cette attestation n’est pas encore rangée par la structure.")
    if locked.state != seen:
        author = f" par {locked.ruled_by}" if locked.ruled_by else ""
        words = locked.get_state_display().lower()
        raise StaleRuling(f"Entre-temps, l’état de cette attestation est devenu «\u00a0{words}\u00a0»{author}.")
    if ruling == CertificateState.REFUSED:
        _check_awaited(locked, now)
    close_supports(certificate=locked, actor=actor, now=now)
    locked.state, locked.reason, locked.ruled_by, locked.ruled_at = ruling, reason, actor, now
    locked.save(update_fields=["state", "reason", "ruled_by", "ruled_at"])
    judged = judgement if judgement and locked.is_equivalence else Judgement((), ())
    locked.rulings.create(
        state=ruling, reason=reason, covered=judged.covered, lacking=judged.lacking, author=actor, at=now
    )
    settle_commitments(structure=locked.structure, today=clock.civil_date(now))
    return locked


def _check_awaited(certificate: AttendanceCertificate, now: datetime) -> None:
    """No refusal for want of a piece that the structure still has time to send."""
    awaited = awaited_support(certificate)
    if awaited and clock.civil_date(now) <= awaited.due_on:
        raise RulingRefused(
            f"Une pièce est attendue de la structure jusqu’au {day_date(awaited.due_on)}\u00a0: pour refuser avant, "
            "retirez d’abord la demande."
        )
