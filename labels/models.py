"""What the Département decides and what follows: decision, notification, label, moratorium."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.managers import ScopedQuerySet
from applications.enums import Outcome
from core.transitions import TransitionLog
from labels.enums import LabelState, MoratoriumState, NotificationMode


class DecisionChildQuerySet(ScopedQuerySet):
    structure_path = "decision__application__structure__"


class DecisionQuerySet(ScopedQuerySet):
    structure_path = "application__structure__"


class Decision(models.Model):
    """A signed decision with its letter and the frozen state of what was judged. Never changed, never deleted."""

    application = models.OneToOneField(
        "applications.Application", models.PROTECT, verbose_name="dossier", related_name="decision"
    )
    outcome = models.CharField("décision", max_length=12, choices=Outcome)
    training_reasons = models.TextField("motifs, formation", blank=True)
    cer_reasons = models.TextField("motifs, qualité des CER", blank=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="signée par", related_name="+")
    signed_at = models.DateTimeField("signée le")
    signatory_name = models.CharField("signataire", max_length=160)
    signatory_quality = models.CharField("qualité", max_length=160)
    delegation_reference = models.CharField("délégation", max_length=160)
    snapshot = models.JSONField("tel que jugé", editable=False)
    letter = models.OneToOneField("documents.Letter", models.PROTECT, verbose_name="lettre", related_name="decision")

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = "décision"
        verbose_name_plural = "décisions"
        ordering = ["-signed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome=Outcome.GRANT) | ~Q(training_reasons="", cer_reasons=""),
                name="labels_adverse_decision_has_reasons",
                violation_error_message="Une décision défavorable est motivée.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} ({self.application})"


class Notification(models.Model):
    """How and when the structure received the decision: what starts the clocks of appeal and moratorium."""

    decision = models.OneToOneField(Decision, models.PROTECT, verbose_name="décision", related_name="notification")
    mode = models.CharField("mode", max_length=20, choices=NotificationMode)
    tracking_number = models.CharField("numéro du recommandé", max_length=40, blank=True)
    sent_on = models.DateField("envoyée le", null=True, blank=True)
    received_on = models.DateField("reçue le")
    proof = models.ForeignKey(
        "documents.StoredFile", models.PROTECT, verbose_name="preuve", null=True, blank=True, related_name="+"
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="enregistrée par", related_name="+"
    )
    recorded_at = models.DateTimeField("enregistrée le")

    objects = DecisionChildQuerySet.as_manager()

    class Meta:
        verbose_name = "notification de décision"
        verbose_name_plural = "notifications de décision"
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_on=None) | Q(received_on__gte=F("sent_on")),
                name="labels_notification_dates_in_order",
                violation_error_message="La réception ne peut pas précéder l’envoi.",
            ),
            models.CheckConstraint(
                condition=~Q(mode=NotificationMode.REGISTERED_LETTER) | ~Q(tracking_number=""),
                name="labels_registered_letter_has_number",
                violation_error_message="Un recommandé porte un numéro de suivi.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision}, reçue le {self.received_on:%d/%m/%Y}"


class Label(models.Model):
    """A granted label: a number, 5 years, both days included (CdC 4, R7)."""

    number = models.CharField("numéro", max_length=20, unique=True)
    decision = models.OneToOneField(Decision, models.PROTECT, verbose_name="décision", related_name="label")
    structure = models.ForeignKey("accounts.Structure", models.PROTECT, verbose_name="structure", related_name="labels")
    state = models.CharField("état", max_length=20, choices=LabelState, default=LabelState.ACTIVE, editable=False)
    valid_from = models.DateField("valable du")
    valid_until = models.DateField("au")
    renewal_opens_on = models.DateField("renouvellement du")
    renewal_closes_on = models.DateField("renouvellement au")
    check_code = models.CharField("code de vérification", max_length=40, unique=True, editable=False)
    certificate = models.OneToOneField(
        "documents.Letter", models.PROTECT, verbose_name="certificat", related_name="label"
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "label"
        verbose_name_plural = "labels"
        ordering = ["-valid_from", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(valid_until__gt=F("valid_from")), name="labels_validity_in_order"),
            models.CheckConstraint(
                condition=Q(renewal_closes_on__gt=F("renewal_opens_on"))
                & Q(renewal_opens_on__gte=F("valid_from"))
                & Q(renewal_closes_on__lte=F("valid_until")),
                name="labels_renewal_inside_validity",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class LabelLog(TransitionLog):
    subject = models.ForeignKey(Label, models.PROTECT, verbose_name="label", related_name="log")

    class Meta(TransitionLog.Meta):
        verbose_name = "étape du label"
        verbose_name_plural = "étapes du label"


class Moratorium(models.Model):
    """Six months from notification, date to date (CdC 7.1, R43); dates exist only once notified (A12)."""

    decision = models.OneToOneField(Decision, models.PROTECT, verbose_name="décision", related_name="moratorium")
    structure = models.ForeignKey(
        "accounts.Structure", models.PROTECT, verbose_name="structure", related_name="moratoria"
    )
    state = models.CharField(
        "état", max_length=24, choices=MoratoriumState, default=MoratoriumState.AWAITING_NOTIFICATION, editable=False
    )
    starts_on = models.DateField("notifié le", null=True, blank=True)
    ends_on = models.DateField("prend fin le", null=True, blank=True)
    refile_from = models.DateField("nouvelle demande à partir du", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "moratoire"
        verbose_name_plural = "moratoires"
        ordering = ["ends_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=MoratoriumState.AWAITING_NOTIFICATION, starts_on=None, ends_on=None, refile_from=None)
                | (
                    ~Q(state=MoratoriumState.AWAITING_NOTIFICATION)
                    & Q(starts_on__isnull=False, ends_on__gt=F("starts_on"), refile_from__gt=F("ends_on"))
                ),
                name="labels_moratorium_dated_once_notified",
                violation_error_message="Les dates d’un moratoire courent à partir de sa notification.",
            )
        ]

    def __str__(self) -> str:
        return f"Moratoire {self.decision.application}"


class MoratoriumLog(TransitionLog):
    subject = models.ForeignKey(Moratorium, models.PROTECT, verbose_name="moratoire", related_name="log")

    class Meta(TransitionLog.Meta):
        verbose_name = "étape du moratoire"
        verbose_name_plural = "étapes du moratoire"
