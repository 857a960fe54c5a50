"""A deadline is a row, a notice is a row: the database is the truth, Celery only a wake-up."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from notices import registry
from notices.enums import NoticeState
from notices.managers import DeadlineQuerySet, NoticeQuerySet


class Deadline(models.Model):
    """A date that somebody must not forget. Opened when a clock starts, closed when the matter is closed; a corrected
    date closes the row and opens its successor. `kind` is registered by the floor that owns the subject."""

    kind = models.CharField("nature", max_length=40)
    subject_id = models.PositiveBigIntegerField("objet")
    structure = models.ForeignKey(
        "accounts.Structure", models.PROTECT, verbose_name="structure", related_name="deadlines"
    )
    territory = models.ForeignKey("accounts.Territory", models.PROTECT, verbose_name="territoire", related_name="+")
    started_on = models.DateField("départ")
    due_on = models.DateField("échéance")
    explanation = models.JSONField("calcul expliqué", default=list, help_text="Étapes du calcul, en phrases.")
    basis = models.CharField("fondement", max_length=200, blank=True)
    opened_on = models.DateField("ouverte le")
    next_step_on = models.DateField("prochain rappel", null=True, blank=True, editable=False)
    closed_on = models.DateField("close le", null=True, blank=True)
    closing_reason = models.CharField("motif de clôture", max_length=200, blank=True)
    successor = models.OneToOneField(
        "self", models.PROTECT, verbose_name="remplacée par", null=True, blank=True, related_name="predecessor"
    )

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        verbose_name = "échéance"
        verbose_name_plural = "échéances"
        ordering = ["due_on", "pk"]
        indexes = [
            models.Index(fields=["due_on"], name="notices_open_due", condition=Q(closed_on=None)),
            models.Index(fields=["next_step_on"], name="notices_next_step", condition=Q(closed_on=None)),
            models.Index(fields=["kind", "subject_id"], name="notices_subject"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_id"],
                condition=Q(closed_on=None),
                name="notices_one_open_deadline",
                violation_error_message="Cette échéance est déjà ouverte.",
            ),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("started_on")),
                name="notices_deadline_dates_in_order",
                violation_error_message="Une échéance ne peut pas précéder son départ.",
            ),
            models.CheckConstraint(
                condition=Q(closed_on=None, closing_reason="") | (Q(closed_on__isnull=False) & ~Q(closing_reason="")),
                name="notices_closed_with_reason",
                violation_error_message="Une échéance close porte une date et un motif.",
            ),
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(next_step_on=None),
                name="notices_closed_recalls_nothing",
                violation_error_message="Une échéance close n’appelle plus de rappel.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id} : {self.due_on:%d/%m/%Y}"

    @property
    def label(self) -> str:
        return registry.get(self.kind).label


class Notice(models.Model):
    """The outbox: one message to one address. `key` (cause, step, recipient) makes it unique for ever."""

    key = models.CharField("clé", max_length=400, unique=True, editable=False)
    deadline = models.ForeignKey(
        Deadline, models.PROTECT, verbose_name="échéance", related_name="notices", null=True, blank=True
    )
    step = models.CharField("étape", max_length=40, blank=True)
    step_on = models.DateField("jour de l’étape")
    structure = models.ForeignKey(
        "accounts.Structure", models.PROTECT, verbose_name="structure", related_name="notices", null=True, blank=True
    )
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="destinataire",
        null=True,
        blank=True,
        related_name="notices",
    )
    address = models.EmailField("adresse")
    subject = models.CharField("objet", max_length=300)
    body = models.TextField("texte")
    path = models.CharField("page du portail", max_length=200, blank=True)
    state = models.CharField("état", max_length=12, choices=NoticeState, default=NoticeState.QUEUED)
    created_at = models.DateTimeField("créée le")
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    lease_until = models.DateTimeField("réservée jusqu’à", null=True, blank=True)
    retry_at = models.DateTimeField("prochain essai", null=True, blank=True)
    sent_at = models.DateTimeField("envoyée le", null=True, blank=True)
    read_at = models.DateTimeField("lue le", null=True, blank=True)
    message_id = models.CharField("Message-ID", max_length=120, unique=True)
    error = models.CharField("erreur", max_length=300, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = "notification"
        verbose_name_plural = "notifications"
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["state", "retry_at"], name="notices_to_send"),
            models.Index(fields=["recipient", "-created_at"], name="notices_of_person"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=NoticeState.SENT, sent_at__isnull=False)
                | (~Q(state=NoticeState.SENT) & Q(sent_at=None)),
                name="notices_sent_is_dated",
                violation_error_message="Une notification envoyée porte une date d’envoi, les autres n’en portent pas.",
            ),
            models.CheckConstraint(
                condition=~Q(state=NoticeState.SENDING) | Q(lease_until__isnull=False),
                name="notices_sending_is_leased",
                violation_error_message="Un envoi en cours porte la fin de sa réservation.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.address}"


class DemoMail(models.Model):
    """An e-mail kept by the demo mailbox instead of being sent."""

    sent_at = models.DateTimeField("envoyé le")
    sender = models.CharField("de", max_length=200)
    recipients = models.CharField("à", max_length=500)
    subject = models.CharField("objet", max_length=300)
    body = models.TextField("texte")

    class Meta:
        verbose_name = "courriel de démonstration"
        verbose_name_plural = "courriels de démonstration"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.subject
