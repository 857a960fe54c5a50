"""The grids filled in, round by round, and the contracts taken out of view meanwhile."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts import roles
from core.append_only import AppendOnly
from evaluation.enums import IdentifyingKind, PanelStage, Round
from evaluation.models.panels import Cer, PanelQuerySet


class CerChildQuerySet(PanelQuerySet):
    structure_path = "cer__panel__structure__"
    stage_path = "cer__panel__stage"


class ScoringQuerySet(CerChildQuerySet):
    """A structure sees its own round only; the agents see that round once the DPID has validated its own (CdC 5-2)."""

    def visible_to(self, user: Any) -> Self:
        rows = super().visible_to(user)
        if roles.is_structure(user):
            return rows.filter(round=Round.SELF)
        validated = Scoring.objects.filter(cer=models.OuterRef("cer"), round=Round.CONTROL, validated_at__isnull=False)
        return rows.filter(~Q(round=Round.SELF) | models.Exists(validated))


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

    objects = ScoringQuerySet.as_manager()

    class Meta:
        verbose_name = "cotation"
        verbose_name_plural = "cotations"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["cer", "round"],
                name="evaluation_one_scoring_per_round",
                violation_error_message="Ce CER est déjà coté dans ce tour.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.cer_id} {self.round}"


class FileWithdrawal(AppendOnly):
    """A contract taken out of view because somebody could still be recognised in it: its kind, never its words.

    `scorings` keeps what the open round had ticked on that very file, known by its hash: the new one is scored again.
    """

    cer = models.ForeignKey(Cer, models.PROTECT, verbose_name="CER", related_name="withdrawals")
    kind = models.CharField("nature de la donnée", max_length=20, choices=IdentifyingKind)
    sha256 = models.CharField("empreinte du fichier retiré", max_length=64)
    appearance = models.CharField("empreinte de ses pages", max_length=64, blank=True, default="", db_default="")
    stage = models.CharField("étape", max_length=10, choices=PanelStage)
    scorings = models.JSONField("cotation reprise", default=list)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="retiré par", related_name="+")
    at = models.DateTimeField("retiré le")

    class Meta:
        verbose_name = "retrait d’un fichier"
        verbose_name_plural = "retraits de fichiers"
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.cer_id} : {self.get_kind_display()}"
