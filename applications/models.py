"""The file of a label application and what the Département writes on it."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts import roles
from accounts.managers import ScopedQuerySet
from applications.enums import STRUCTURE_WORDS, UNDER_REVIEW, ApplicationKind, ApplicationState, OpinionBody, Outcome
from core.transitions import TransitionLog


class ApplicationQuerySet(ScopedQuerySet):
    """What a structure is still preparing, or has given up before filing, is nobody else's."""

    def visible_to(self, user: Any) -> Self:
        rows = super().visible_to(user)
        return rows if roles.is_structure(user) else rows.filter(submitted_at__isnull=False)


class Application(models.Model):
    """One label application (CdC 6). It keeps the rulebook it was filed under.

    `study` is 1 for the first study of a cycle and 2 after its moratorium; `not_before` is the first day on which the
    file may be filed (written by the floor that opens it), so that guards read only the application.
    """

    number = models.CharField("numéro", max_length=20, unique=True, null=True, blank=True)
    structure = models.ForeignKey(
        "accounts.Structure", models.PROTECT, verbose_name="structure", related_name="applications"
    )
    lead_territory = models.ForeignKey(
        "accounts.Territory", models.PROTECT, verbose_name="territoire chef de file", related_name="applications"
    )
    kind = models.CharField("nature", max_length=10, choices=ApplicationKind, default=ApplicationKind.FIRST)
    study = models.PositiveSmallIntegerField("étude du cycle", default=1)
    previous = models.OneToOneField(
        "self", models.PROTECT, verbose_name="fait suite à", null=True, blank=True, related_name="next"
    )
    rulebook_version = models.CharField("cahier des charges", max_length=20)
    panel = models.OneToOneField(
        "evaluation.Panel", models.PROTECT, verbose_name="panel de CER", related_name="application"
    )
    state = models.CharField(
        "état", max_length=20, choices=ApplicationState, default=ApplicationState.DRAFT, editable=False
    )
    not_before = models.DateField("dépôt possible à partir du", null=True, blank=True)
    mission = models.TextField("mission d’accompagnement du public RSA", max_length=3000, blank=True)
    contact_name = models.CharField("interlocuteur", max_length=160, blank=True)
    contact_email = models.EmailField("courriel de l’interlocuteur", blank=True)
    contact_phone = models.CharField("téléphone de l’interlocuteur", max_length=20, blank=True)
    anonymised_declared = models.BooleanField("CER déclarés anonymisés", default=False)
    accuracy_declared = models.BooleanField("exactitude déclarée", default=False)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="suivi par", null=True, blank=True, related_name="+"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="ouvert par", null=True, related_name="+"
    )
    created_at = models.DateTimeField("ouvert le")
    updated_at = models.DateTimeField("enregistré le")
    submitted_at = models.DateTimeField("déposé le", null=True, blank=True)
    complete_on = models.DateField("complet le", null=True, blank=True)
    decided_at = models.DateTimeField("décidé le", null=True, blank=True)
    submission_key = models.CharField("jeton de dépôt", max_length=64, blank=True)
    submitted_snapshot = models.JSONField("tel que déposé", null=True, blank=True, editable=False)
    receipt = models.OneToOneField(
        "documents.Letter", models.PROTECT, verbose_name="accusé d’enregistrement", null=True, blank=True,
        related_name="receipt_of",
    )  # fmt: skip
    acknowledgement = models.OneToOneField(
        "documents.Letter", models.PROTECT, verbose_name="accusé de réception", null=True, blank=True,
        related_name="acknowledgement_of",
    )  # fmt: skip

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = "dossier"
        verbose_name_plural = "dossiers"
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["state", "submitted_at"], name="applications_queue"),
            models.Index(fields=["lead_territory", "state"], name="applications_territory"),
            models.Index(
                fields=["complete_on", "submitted_at", "id"],
                name="applications_under_review",
                condition=Q(state__in=sorted(UNDER_REVIEW)),
            ),
            models.Index(
                fields=["state", "assigned_to", "previous", "study"],
                name="applications_counted",
                condition=Q(submitted_at__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["structure"],
                condition=Q(state=ApplicationState.DRAFT),
                name="applications_one_draft",
                violation_error_message="Un brouillon est déjà ouvert pour cette structure.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[ApplicationState.DRAFT, ApplicationState.WITHDRAWN])
                | Q(number__isnull=False, submitted_at__isnull=False, submitted_snapshot__isnull=False),
                name="applications_filed_is_whole",
                violation_error_message="Un dossier déposé porte un numéro et une date de dépôt.",
            ),
            models.CheckConstraint(
                condition=~Q(state=ApplicationState.DRAFT) | Q(number=None, submitted_at=None, complete_on=None),
                name="applications_draft_is_unfiled",
            ),
            models.CheckConstraint(
                condition=Q(kind=ApplicationKind.SECOND, study=2)
                & (Q(previous__isnull=False) | Q(state=ApplicationState.WITHDRAWN))
                | (~Q(kind=ApplicationKind.SECOND) & Q(study=1)),
                name="applications_second_study_follows_first",
                violation_error_message="Une seconde étude fait suite à un moratoire.",
            ),
            models.CheckConstraint(
                condition=~Q(state=ApplicationState.REFUSED) | Q(study=2),
                name="applications_no_refusal_without_moratorium",
                violation_error_message="Un refus n’est possible qu’après un moratoire (point 7.1).",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["granted", "moratorium", "refused"], decided_at__isnull=False)
                | (~Q(state__in=["granted", "moratorium", "refused"]) & Q(decided_at=None)),
                name="applications_decided_is_dated",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None) | Q(decided_at__gte=F("submitted_at")),
                name="applications_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"Brouillon {self.pk}"

    @property
    def structure_state(self) -> str:
        """The state in the structure's words."""
        return STRUCTURE_WORDS[self.state]

    @property
    def awaits_acknowledgement(self) -> bool:
        """The acknowledgement is still owed: a decision would make it pointless, a withdrawal too."""
        return self.acknowledgement_id is None and self.state in UNDER_REVIEW


class ApplicationChildQuerySet(ScopedQuerySet):
    """What the Département writes to prepare its decision: the structure reads it once that is taken (L.311-2)."""

    structure_path = "application__structure__"

    def visible_to(self, user: Any) -> Self:
        rows = super().visible_to(user)
        return rows.filter(application__decided_at__isnull=False) if roles.is_structure(user) else rows


class MessageQuerySet(ScopedQuerySet):
    structure_path = "application__structure__"

    def visible_to(self, user: Any) -> Self:
        rows = super().visible_to(user)
        return rows.filter(internal=False) if roles.is_structure(user) else rows


class ApplicationLog(TransitionLog):
    subject = models.ForeignKey(Application, models.PROTECT, verbose_name="dossier", related_name="log")

    class Meta(TransitionLog.Meta):
        verbose_name = "étape du dossier"
        verbose_name_plural = "étapes du dossier"


class Opinion(models.Model):
    """The DPID's administrative opinion, then the SLAI's (CdC 7.1, R40). Written as communicable (L.311-2)."""

    application = models.ForeignKey(Application, models.PROTECT, verbose_name="dossier", related_name="opinions")
    body = models.CharField("service", max_length=5, choices=OpinionBody)
    favourable = models.BooleanField("favorable")
    statement = models.TextField("motivation", max_length=4000)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="auteur", related_name="+")
    signed_at = models.DateTimeField("rendu le")

    objects = ApplicationChildQuerySet.as_manager()

    class Meta:
        verbose_name = "avis"
        verbose_name_plural = "avis"
        ordering = ["signed_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "body"],
                name="applications_one_opinion_per_body",
                violation_error_message="Cet avis est déjà rendu.",
            ),
            models.CheckConstraint(
                condition=~Q(statement=""),
                name="applications_opinion_is_reasoned",
                violation_error_message="Un avis est motivé.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_body_display()} {'favorable' if self.favourable else 'défavorable'}"


class WorkingSession(models.Model):
    """The working session between head office and SLAI, compulsory under the threshold (CdC 5-2, R36)."""

    application = models.OneToOneField(
        Application, models.PROTECT, verbose_name="dossier", related_name="working_session"
    )
    held_on = models.DateField("tenu le", null=True, blank=True)
    participants = models.TextField("participants", max_length=1000, blank=True)
    minutes = models.TextField("compte rendu", max_length=8000, blank=True)
    convened_at = models.DateTimeField("convoqué le")
    planned_on = models.DateField("prévu le", null=True, blank=True)
    closed_at = models.DateTimeField("clos le", null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="clos par", null=True, blank=True, related_name="+"
    )

    objects = ApplicationChildQuerySet.as_manager()

    class Meta:
        verbose_name = "temps de travail"
        verbose_name_plural = "temps de travail"
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None)
                | (Q(held_on__isnull=False, closed_by__isnull=False) & ~Q(minutes="") & ~Q(participants="")),
                name="applications_session_minutes_whole",
                violation_error_message="Un temps de travail clos porte une date, des participants et un compte rendu.",
            )
        ]

    def __str__(self) -> str:
        return f"Temps de travail {self.application}"


class Proposal(models.Model):
    """What the technical team puts to signature, with the reasons by criterion in fact and in law."""

    application = models.OneToOneField(Application, models.PROTECT, verbose_name="dossier", related_name="proposal")
    outcome = models.CharField("proposition", max_length=12, choices=Outcome)
    training_reasons = models.TextField("motifs, formation des référents", max_length=4000, blank=True)
    cer_reasons = models.TextField("motifs, qualité des CER", max_length=4000, blank=True)
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="auteur", related_name="+")
    prepared_at = models.DateTimeField("préparée le")

    objects = ApplicationChildQuerySet.as_manager()

    class Meta:
        verbose_name = "proposition"
        verbose_name_plural = "propositions"
        ordering = ["prepared_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome=Outcome.GRANT) | ~Q(training_reasons="", cer_reasons=""),
                name="applications_adverse_proposal_has_reasons",
                violation_error_message="Un moratoire ou un refus se motive par critère.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.application} : {self.get_outcome_display()}"


class Message(models.Model):
    """A message on the file. `internal` ones, between DPID and SLAI, are never seen by the structure."""

    application = models.ForeignKey(Application, models.PROTECT, verbose_name="dossier", related_name="messages")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="auteur", related_name="+")
    body = models.TextField("message", max_length=4000)
    internal = models.BooleanField("interne au Département", default=False)
    sent_at = models.DateTimeField("envoyé le")
    read_at = models.DateTimeField("lu le", null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = "message"
        verbose_name_plural = "messages"
        ordering = ["sent_at", "pk"]

    def __str__(self) -> str:
        return f"{self.author}, {self.sent_at:%d/%m/%Y}"
