"""The grids filled in, round by round, and the contracts taken out of view meanwhile."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts import roles
from core.append_only import AppendOnly
from evaluation.enums import CONTROL_OVER, EntryAct, IdentifyingKind, PanelStage, Round, Sample
from evaluation.merge import UNMERGED, Merged
from evaluation.models.panels import Cer, Panel, PanelQuerySet
from rulebook.book import available_versions, get_rulebook
from rulebook.enums import BlindControl


class CerChildQuerySet(PanelQuerySet):
    structure_path = "cer__panel__structure__"
    stage_path = "cer__panel__stage"


class ScoringQuerySet(CerChildQuerySet):
    """A structure sees its own round only; the agents see that round once the DPID has validated its own (CdC 5-2),
    unless the rulebook opens it at once (`cer.blind_control`). What the DPID does not score opens with the end of its
    control (`cer.control_sample`)."""

    def visible_to(self, user: Any) -> Self:
        rows = super().visible_to(user)
        if roles.is_structure(user):
            return rows.filter(round=Round.SELF)
        validated = Scoring.objects.filter(cer=models.OuterRef("cer"), round=Round.CONTROL, validated_at__isnull=False)
        seen = models.Exists(validated) | Q(cer__panel__rulebook_version__in=open_versions())
        seen |= Q(cer__sample=Sample.SELF, cer__panel__stage__in=CONTROL_OVER)
        return rows.filter(~Q(round=Round.SELF) | seen)


def open_versions() -> list[str]:
    """The rulebooks under which an evaluator sees the structure's ticks before scoring."""
    choices = {version: get_rulebook(version).choice("cer.blind_control") for version in available_versions()}
    return [version for version, choice in choices.items() if choice == BlindControl.OPEN]


class Scoring(models.Model):
    """One grid filled in for one CER in one round, as it stands: the ticked lines, nothing computed. What it was before
    is in its journal (`ScoringEntry`).

    `version` grows at each save, so that two people on the same grid see each other. `validated_at` says that the
    person has finished with this CER. `reasons`: why the working session revises a line of the DPID's, by line.
    """

    cer = models.ForeignKey(Cer, models.PROTECT, verbose_name="CER", related_name="scorings")
    round = models.CharField("tour", max_length=10, choices=Round)
    ticks = models.JSONField("lignes cochées", default=list)
    comment = models.TextField("commentaire", max_length=2000, blank=True)
    reasons = models.JSONField("motifs par ligne", default=dict, db_default={}, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="auteur", related_name="+")
    updated_at = models.DateTimeField("modifié le")
    validated_at = models.DateTimeField("validé le", null=True, blank=True)
    version = models.PositiveIntegerField("version", default=1)

    objects = ScoringQuerySet.as_manager()
    merged: Merged = UNMERGED
    """What the save that gives this row took from somebody else."""

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


class ScoringEntry(AppendOnly):
    """Every value ever given to a grid: the whole grid after each act, by whom, when, and why if a reason was asked.

    It outlives a grid begun again and a CER taken out of the panel. `author`: None when the portal itself acts.
    """

    panel = models.ForeignKey(Panel, models.PROTECT, verbose_name="panel", related_name="scoring_entries")
    cer = models.ForeignKey(Cer, models.SET_NULL, verbose_name="CER", related_name="scoring_entries", null=True)
    reference = models.CharField("référence", max_length=20)
    round = models.CharField("tour", max_length=10, choices=Round)
    act = models.CharField("acte", max_length=10, choices=EntryAct)
    version = models.PositiveIntegerField("version")
    ticks = models.JSONField("lignes cochées", default=list)
    comment = models.TextField("commentaire", max_length=2000, blank=True)
    reasons = models.JSONField("motifs par ligne", default=dict, blank=True)
    reason = models.CharField("motif", max_length=300, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="auteur", related_name="+", null=True
    )
    at = models.DateTimeField("le")

    class Meta:
        verbose_name = "acte de cotation"
        verbose_name_plural = "actes de cotation"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["cer", "round", "version"],
                condition=Q(act=EntryAct.SAVED),
                name="evaluation_each_version_kept_once",
                violation_error_message="Cette version de la grille est déjà gardée.",
            ),
            models.CheckConstraint(
                condition=~Q(act__in=[EntryAct.REOPENED, EntryAct.SET_ASIDE]) | ~Q(reason=""),
                name="evaluation_reopened_with_a_reason",
                violation_error_message="Rouvrir une cotation, ou la remettre à blanc, demande un motif.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.round} : {self.get_act_display()}"


class SlaiRemark(AppendOnly):
    """What the SLAI of the territory says of a CER, with its knowledge of the field (CdC 7.1), on the whole or on some
    lines: a round without ticks. Another version is another row, the last one holds. The structure does not read it."""

    cer = models.ForeignKey(Cer, models.PROTECT, verbose_name="CER", related_name="slai_remarks")
    version = models.PositiveIntegerField("version")
    text = models.TextField("remarque", max_length=1000)
    lines = models.JSONField("lignes", default=list, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="auteur", related_name="+")
    at = models.DateTimeField("le")

    class Meta:
        verbose_name = "remarque du SLAI"
        verbose_name_plural = "remarques du SLAI"
        ordering = ["cer", "version"]
        constraints = [
            models.UniqueConstraint(
                fields=["cer", "version"],
                name="evaluation_one_remark_per_version",
                violation_error_message="Cette version de la remarque est déjà écrite.",
            ),
            models.CheckConstraint(
                condition=~Q(text="") & Q(version__gte=1),
                name="evaluation_remark_says_something",
                violation_error_message="Une remarque n’est pas vide.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cer_id} : remarque {self.version}"


class SessionFlag(models.Model):
    """The DPID wants to look at this CER again with the SLAI: the working session sees it first. Without a session it
    changes nothing."""

    cer = models.OneToOneField(Cer, models.CASCADE, verbose_name="CER", related_name="session_flag")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="auteur", related_name="+")
    at = models.DateTimeField("le")

    class Meta:
        verbose_name = "CER à revoir avec le SLAI"
        verbose_name_plural = "CER à revoir avec le SLAI"

    def __str__(self) -> str:
        return f"{self.cer_id} : {self.author} le {self.at:%d/%m/%Y}"


class FileWithdrawal(AppendOnly):
    """A contract taken out of view because somebody could still be recognised in it: its kind, never its words.

    What the open round had ticked on that very file, known by its hash, is in the journal: the new one is scored again.
    """

    cer = models.ForeignKey(Cer, models.PROTECT, verbose_name="CER", related_name="withdrawals")
    kind = models.CharField("nature de la donnée", max_length=20, choices=IdentifyingKind)
    sha256 = models.CharField("empreinte du fichier retiré", max_length=64)
    appearance = models.CharField("empreinte de ses pages", max_length=64, blank=True, default="", db_default="")
    stage = models.CharField("étape", max_length=10, choices=PanelStage)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="retiré par", related_name="+")
    at = models.DateTimeField("retiré le")

    class Meta:
        verbose_name = "retrait d’un fichier"
        verbose_name_plural = "retraits de fichiers"
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.cer_id} : {self.get_kind_display()}"
