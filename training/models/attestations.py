"""Attestations that the Département issues itself, at the end of its sessions (CdC 5-1)."""

from django.db import models
from django.db.models import Q

from accounts.managers import ScopedQuerySet


class AttestationQuerySet(ScopedQuerySet):
    structure_path = "enrolment__referent__structure__"


class Attestation(models.Model):
    """What a référent receives for having been there from the first half-day to the last: a letter with a number and a
    code that anybody may check, and the accepted certificate that it puts into the structure's file. A correction
    withdraws it; it is never erased."""

    number = models.CharField("numéro", max_length=20, unique=True)
    enrolment = models.ForeignKey(
        "training.Enrolment", models.PROTECT, verbose_name="inscription", related_name="attestations"
    )
    certificate = models.OneToOneField(
        "training.AttendanceCertificate", models.PROTECT, verbose_name="attestation au dossier", related_name="issued"
    )
    letter = models.OneToOneField("documents.Letter", models.PROTECT, verbose_name="lettre", related_name="attestation")
    check_code = models.CharField("code de vérification", max_length=40, unique=True, editable=False)
    issued_at = models.DateTimeField("établie le")
    withdrawn_at = models.DateTimeField("retirée le", null=True, blank=True)

    objects = AttestationQuerySet.as_manager()

    class Meta:
        verbose_name = "attestation délivrée"
        verbose_name_plural = "attestations délivrées"
        ordering = ["-issued_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment"],
                condition=Q(withdrawn_at=None),
                name="training_one_attestation_stands",
                violation_error_message="Une attestation est déjà délivrée pour cette session.",
            )
        ]

    def __str__(self) -> str:
        return self.number
