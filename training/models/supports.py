"""What the DPID asks of a structure before it judges a training followed outside the plan (CdC 5-1, R19)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.managers import ScopedQuerySet
from core.transitions import TransitionLog
from training.enums import SupportKind, SupportState
from training.models.records import AttendanceCertificate


class SupportQuerySet(ScopedQuerySet):
    structure_path = "certificate__structure__"


class SupportRequest(models.Model):
    """A programme or a support, asked for one attestation until a day. `due_on` is the last day on which a refusal has
    to wait for it."""

    certificate = models.ForeignKey(
        AttendanceCertificate, models.PROTECT, verbose_name="attestation", related_name="support_requests"
    )
    kind = models.CharField("pièce", max_length=10, choices=SupportKind)
    words = models.TextField("demande")
    due_on = models.DateField("attendue jusqu’au")
    state = models.CharField("état", max_length=10, choices=SupportState, default=SupportState.ASKED)
    file = models.ForeignKey(
        "documents.StoredFile", models.PROTECT, verbose_name="fichier", null=True, blank=True, related_name="+"
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="demandée par", related_name="+"
    )
    asked_at = models.DateTimeField("demandée le")

    objects = SupportQuerySet.as_manager()

    class Meta:
        verbose_name = "demande de pièce"
        verbose_name_plural = "demandes de pièces"
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["certificate"],
                condition=Q(state=SupportState.ASKED),
                name="training_one_support_asked",
                violation_error_message="Une pièce est déjà demandée pour cette attestation.",
            ),
            models.CheckConstraint(
                condition=Q(state=SupportState.ANSWERED, file__isnull=False)
                | Q(state=SupportState.ASKED, file=None)
                | Q(state=SupportState.WITHDRAWN),
                name="training_support_answered_by_a_file",
                violation_error_message="Une demande reçoit pour réponse un fichier.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.certificate}"

    @property
    def is_unread(self) -> bool:
        """Asked, and nothing that can be read has come: not sent, still examined, or refused at the check."""
        answered = self.state == SupportState.ANSWERED
        return self.state == SupportState.ASKED or (answered and not (self.file and self.file.is_ready))


class SupportLog(TransitionLog):
    subject = models.ForeignKey(SupportRequest, models.PROTECT, verbose_name="demande", related_name="log")

    class Meta(TransitionLog.Meta):
        verbose_name = "journal de demande de pièce"
        verbose_name_plural = "journaux de demandes de pièces"
