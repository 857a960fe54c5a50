"""The second criterion's records. Only ticks are stored: points, means and verdicts come from `evaluation.grid`."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.managers import ScopedQuerySet
from core.encryption import EncryptedTextField
from evaluation.enums import CerType, Round


class PanelChildQuerySet(ScopedQuerySet):
    structure_path = "panel__structure__"


class Panel(models.Model):
    """The CERs that a structure puts forward: 5 per référent (CdC 5-2). An application points down to it."""

    structure = models.ForeignKey("accounts.Structure", models.PROTECT, verbose_name="structure", related_name="panels")
    rulebook_version = models.CharField("cahier des charges", max_length=20)
    open_to_control = models.BooleanField("ouvert au contrôle", default=False)
    due_on = models.DateField("à coter avant le", null=True, blank=True)
    label = models.CharField("dossier", max_length=40, blank=True, help_text="Écrit par le dossier : son numéro.")
    created_at = models.DateTimeField("créé le")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "panel de CER"
        verbose_name_plural = "panels de CER"
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"Panel {self.pk} ({self.structure})"


class Cer(models.Model):
    """One contract of the panel, known by its neutral reference R03-CER2, never by a name."""

    panel = models.ForeignKey(Panel, models.PROTECT, verbose_name="panel", related_name="cers")
    referent = models.ForeignKey("accounts.Referent", models.PROTECT, verbose_name="référent", related_name="cers")
    number = models.PositiveSmallIntegerField("rang")
    contract_type = models.CharField("type", max_length=20, choices=CerType, blank=True)
    file = models.OneToOneField(
        "documents.StoredFile", models.PROTECT, verbose_name="fichier", null=True, blank=True, related_name="cer"
    )
    caf_number = EncryptedTextField("N° CAF", blank=True, default="")
    created_at = models.DateTimeField("ajouté le")

    objects = PanelChildQuerySet.as_manager()

    class Meta:
        verbose_name = "CER"
        verbose_name_plural = "CER"
        ordering = ["referent__code", "number"]
        constraints = [
            models.UniqueConstraint(fields=["panel", "referent", "number"], name="evaluation_cer_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1, number__lte=99), name="evaluation_cer_number_in_range"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"{self.referent.code}-CER{self.number}"


class ShortPanel(models.Model):
    """Why a référent has fewer than 5 CERs (A13): a written reason."""

    panel = models.ForeignKey(Panel, models.PROTECT, verbose_name="panel", related_name="short_panels")
    referent = models.ForeignKey("accounts.Referent", models.PROTECT, verbose_name="référent", related_name="+")
    reason = models.TextField("motif", max_length=1000)

    objects = PanelChildQuerySet.as_manager()

    class Meta:
        verbose_name = "panel incomplet"
        verbose_name_plural = "panels incomplets"
        constraints = [
            models.UniqueConstraint(fields=["panel", "referent"], name="evaluation_one_short_panel"),
            models.CheckConstraint(condition=~Q(reason=""), name="evaluation_short_panel_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.referent.code} : {self.reason}"


class CerChildQuerySet(ScopedQuerySet):
    structure_path = "cer__panel__structure__"


class Scoring(models.Model):
    """One grid filled in for one CER in one round: the ticked lines, nothing computed.

    `version` grows at each save, so that two people on the same grid see each other. `validated_at` says that the
    person has finished with this CER.
    """

    cer = models.ForeignKey(Cer, models.PROTECT, verbose_name="CER", related_name="scorings")
    round = models.CharField("tour", max_length=10, choices=Round)
    ticks = models.JSONField("lignes cochées", default=list)
    comment = models.TextField("commentaire", max_length=2000, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="auteur", related_name="+")
    updated_at = models.DateTimeField("modifié le")
    validated_at = models.DateTimeField("validé le", null=True, blank=True)
    version = models.PositiveIntegerField("version", default=1)

    objects = CerChildQuerySet.as_manager()

    class Meta:
        verbose_name = "cotation"
        verbose_name_plural = "cotations"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["cer", "round"], name="evaluation_one_scoring_per_round")]

    def __str__(self) -> str:
        return f"{self.cer_id} {self.round}"


class CafReveal(models.Model):
    """Somebody looked at a N° CAF in clear: who and when. Never deleted."""

    cer = models.ForeignKey(Cer, models.PROTECT, verbose_name="CER", related_name="caf_reveals")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="vu par", related_name="+")
    at = models.DateTimeField("le")

    class Meta:
        verbose_name = "affichage d’un N° CAF"
        verbose_name_plural = "affichages de N° CAF"
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.user} le {self.at:%d/%m/%Y}"
