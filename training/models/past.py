"""Trainings that a structure says were followed before, brought by a spreadsheet (CdC 5-1). They prove nothing: each
waits for its attestation, which finds its dates and provider ready."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.managers import ScopedQuerySet
from core.append_only import AppendOnly
from core.french import plural


class RosterImport(AppendOnly):
    """Somebody brought a spreadsheet: who, when, and how much of it was written."""

    structure = models.ForeignKey(
        "accounts.Structure", models.PROTECT, verbose_name="structure", related_name="roster_imports"
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="auteur", related_name="+")
    at = models.DateTimeField("le")
    referents = models.PositiveSmallIntegerField("référents ajoutés")
    trainings = models.PositiveSmallIntegerField("formations notées")

    class Meta:
        verbose_name = "import d’un tableau"
        verbose_name_plural = "imports de tableaux"
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.structure}, le {self.at:%d/%m/%Y}"

    @property
    def words(self) -> str:
        """« 3 référents ajoutés et 12 formations notées »"""
        people = f"{self.referents} référent{plural(self.referents)} ajouté{plural(self.referents)}"
        noted = f"{self.trainings} formation{plural(self.trainings)} notée{plural(self.trainings)}"
        return " et ".join(words for words, count in ((people, self.referents), (noted, self.trainings)) if count)


class PastTrainingQuerySet(ScopedQuerySet):
    structure_path = "referent__structure__"


class PastTraining(models.Model):
    """`part` is None for the whole module; `followed_on` is the last day."""

    referent = models.ForeignKey(
        "accounts.Referent", models.PROTECT, verbose_name="référent", related_name="past_trainings"
    )
    module = models.CharField("module", max_length=4)
    part = models.PositiveSmallIntegerField("partie", null=True, blank=True)
    started_on = models.DateField("premier jour", null=True, blank=True)
    followed_on = models.DateField("dernier jour")
    provider = models.CharField("organisme", max_length=160, blank=True)
    course = models.CharField("intitulé de la formation", max_length=200, blank=True)
    hours = models.PositiveSmallIntegerField("durée en heures", null=True, blank=True)
    brought_by = models.ForeignKey(
        RosterImport, models.PROTECT, verbose_name="apportée par l’import", related_name="past_trainings"
    )

    objects = PastTrainingQuerySet.as_manager()

    class Meta:
        verbose_name = "formation à justifier"
        verbose_name_plural = "formations à justifier"
        ordering = ["referent", "followed_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["referent", "module", "part", "followed_on"],
                name="training_past_part_once",
                violation_error_message="Cette formation est déjà notée.",
            ),
            models.UniqueConstraint(
                fields=["referent", "module", "followed_on"],
                condition=Q(part=None),
                name="training_past_module_once",
                violation_error_message="Cette formation est déjà notée.",
            ),
            models.CheckConstraint(
                condition=Q(started_on=None) | Q(started_on__lte=F("followed_on")),
                name="training_past_days_in_order",
                violation_error_message="Le dernier jour ne peut pas précéder le premier.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.referent} : {self.module}, le {self.followed_on:%d/%m/%Y}"
