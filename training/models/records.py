"""The first criterion's records: they belong to a structure, an application points down to them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.managers import ScopedQuerySet
from core.append_only import AppendOnly
from training.enums import RULED, AbsenceReason, CertificateState, CommitmentKind, RecordStage


class TrainingRecord(models.Model):
    """A structure's attestations and commitments as a whole: what it files is held until the file is decided.

    One row per structure, and the one lock for all that is written on them. Without a row: nothing was ever filed.
    """

    structure = models.OneToOneField(
        "accounts.Structure", models.PROTECT, verbose_name="structure", related_name="training_record"
    )
    stage = models.CharField(
        "étape", max_length=10, choices=RecordStage, default=RecordStage.DRAFT, help_text="Écrite par le dossier."
    )
    settled_on = models.DateField(
        "échéances vérifiées le", null=True, blank=True, editable=False, help_text="Le dernier jour où elles l’ont été."
    )

    class Meta:
        verbose_name = "volet formation"
        verbose_name_plural = "volets formation"

    def __str__(self) -> str:
        return f"Volet formation de {self.structure}"


class AttendanceCertificate(models.Model):
    """Proof that one référent followed one module, or one part of it (CdC 5-1, pieces to provide)."""

    structure = models.ForeignKey(
        "accounts.Structure", models.PROTECT, verbose_name="structure", related_name="certificates"
    )
    referent = models.ForeignKey(
        "accounts.Referent", models.PROTECT, verbose_name="référent", related_name="certificates", null=True, blank=True
    )
    module = models.CharField("module", max_length=4, blank=True)
    part = models.PositiveSmallIntegerField("partie", null=True, blank=True)
    file = models.ForeignKey("documents.StoredFile", models.PROTECT, verbose_name="fichier", related_name="+")
    followed_on = models.DateField("suivie le", null=True, blank=True)
    provider = models.CharField("organisme", max_length=160, blank=True)
    course = models.CharField("intitulé de la formation", max_length=200, blank=True, default="", db_default="")
    edition = models.CharField("version ou année", max_length=40, blank=True, default="", db_default="")
    hours = models.PositiveSmallIntegerField("durée en heures", null=True, blank=True)
    course_key = models.CharField(
        max_length=420,
        blank=True,
        default="",
        db_default="",
        editable=False,
        db_index=True,
        help_text="Organisme, intitulé et version.",
    )
    is_equivalence = models.BooleanField("formation hors plan du Département", default=False)
    state = models.CharField("état", max_length=12, choices=CertificateState, default=CertificateState.TO_SORT)
    reason = models.TextField("motif", blank=True)
    ruled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="vérifiée par", null=True, blank=True, related_name="+"
    )
    ruled_at = models.DateTimeField("vérifiée le", null=True, blank=True)
    created_at = models.DateTimeField("déposée le")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "attestation de présence"
        verbose_name_plural = "attestations de présence"
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=CertificateState.TO_SORT) | (Q(referent__isnull=False) & ~Q(module="")),
                name="training_sorted_certificate_is_assigned",
                violation_error_message="Une attestation rangée porte un référent et un module.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(RULED), ruled_by__isnull=False, ruled_at__isnull=False)
                | (~Q(state__in=sorted(RULED)) & Q(ruled_by=None, ruled_at=None)),
                name="training_ruling_is_whole",
                violation_error_message="Une attestation vérifiée porte une date et un auteur.",
            ),
            models.CheckConstraint(
                condition=~Q(state=CertificateState.REFUSED) | ~Q(reason=""),
                name="training_refusal_has_reason",
                violation_error_message="Un refus demande un motif.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.module or 'à ranger'} {self.referent or ''}".strip()


class CertificateRuling(AppendOnly):
    """What the DPID decided on an attestation, each time: the attestation itself shows the last ruling. `covered` and
    `lacking`: for a training outside the plan, the objectives of the module in the words of Annex 1 (R19)."""

    certificate = models.ForeignKey(
        AttendanceCertificate, models.PROTECT, verbose_name="attestation", related_name="rulings"
    )
    state = models.CharField("décision", max_length=12, choices=CertificateState)
    reason = models.TextField("motif", blank=True)
    covered = models.JSONField("objectifs couverts", default=list, db_default=[], blank=True)
    lacking = models.JSONField("objectifs qui manquent", default=list, db_default=[], blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="auteur", related_name="+")
    at = models.DateTimeField("le")

    class Meta:
        verbose_name = "vérification d’attestation"
        verbose_name_plural = "vérifications d’attestations"
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=CertificateState.ACCEPTED) | (Q(state=CertificateState.REFUSED) & ~Q(reason="")),
                name="training_logged_ruling_is_reasoned",
                violation_error_message="Une attestation est acceptée, ou refusée avec un motif.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.certificate}, {self.get_state_display()}"


class TrainingCommitment(models.Model):
    """A référent not trained yet, with a date: justified absence (CdC 5-1 b, R23) or new arrival (R24). `told_…`: what
    was known of the référent when the deadlines were last worked out; another floor writes it, and tells nobody."""

    structure = models.ForeignKey(
        "accounts.Structure", models.PROTECT, verbose_name="structure", related_name="training_commitments"
    )
    referent = models.ForeignKey(
        "accounts.Referent", models.PROTECT, verbose_name="référent", related_name="commitments"
    )
    obligation = models.CharField("obligation", max_length=4)
    kind = models.CharField("cas", max_length=10, choices=CommitmentKind)
    absence_reason = models.CharField("motif d’absence", max_length=12, choices=AbsenceReason, blank=True)
    session_on = models.DateField("session prévue le", null=True, blank=True)
    session_place = models.CharField("lieu de la session", max_length=160, blank=True)
    due_on = models.DateField("à tenir au plus tard le")
    was_filed = models.BooleanField("déposé dans un dossier", default=False, db_default=False, editable=False)
    proof = models.ForeignKey(
        "documents.StoredFile", models.PROTECT, verbose_name="justificatif", null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField("pris le")
    told_arrived_on = models.DateField("arrivée connue", null=True, blank=True, editable=False)
    told_left_on = models.DateField("départ connu", null=True, blank=True, editable=False)
    told_funded = models.BooleanField("financement connu", null=True, blank=True, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "engagement de formation"
        verbose_name_plural = "engagements de formation"
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["referent", "obligation"],
                name="training_one_commitment",
                violation_error_message="Un engagement existe déjà pour ce référent et ce module.",
            ),
            models.CheckConstraint(
                condition=Q(kind=CommitmentKind.ABSENCE, session_on__isnull=False) & ~Q(absence_reason="")
                | Q(kind=CommitmentKind.NEWCOMER, absence_reason=""),
                name="training_absence_has_reason_and_session",
                violation_error_message="Une absence justifiée porte un motif et une nouvelle session.",
            ),
            models.CheckConstraint(
                condition=Q(session_on=None) | Q(session_on__lte=F("due_on")),
                name="training_session_before_due",
                violation_error_message="La session doit avoir lieu avant l’échéance de l’engagement.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.referent} : {self.obligation}, au plus tard le {self.due_on:%d/%m/%Y}"
