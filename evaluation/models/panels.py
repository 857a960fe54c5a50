"""What a structure puts forward: its panel, the CERs in it, and who saw a N° CAF in clear."""

from hashlib import sha256
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts import roles
from accounts.managers import ScopedQuerySet
from core.append_only import AppendOnly
from core.encryption import EncryptedTextField
from evaluation.enums import SAMPLES_OF_ROUND, CerType, PanelStage, Round, Sample
from evaluation.lists import REFERENCE_LENGTH
from evaluation.samples import is_apart
from rulebook.book import Rulebook, get_rulebook


class PanelQuerySet(ScopedQuerySet):
    """What a structure is still preparing is nobody else's: agents see a panel from the control on."""

    stage_path = "stage"

    def visible_to(self, user: Any) -> Self:
        rows = super().visible_to(user)
        return rows if roles.is_structure(user) else rows.exclude(**{self.stage_path: PanelStage.DRAFT})


class PanelChildQuerySet(PanelQuerySet):
    structure_path = "panel__structure__"
    stage_path = "panel__stage"


class CerQuerySet(PanelChildQuerySet):
    def in_round(self, round: str) -> Self:
        """Those that this round scores."""
        return self.filter(sample__in=SAMPLES_OF_ROUND[Round(round)])


class Panel(models.Model):
    """The CERs that a structure puts forward: 5 per référent (CdC 5-2). An application points down to it."""

    structure = models.ForeignKey("accounts.Structure", models.PROTECT, verbose_name="structure", related_name="panels")
    rulebook_version = models.CharField("cahier des charges", max_length=20)
    stage = models.CharField(
        "étape", max_length=10, choices=PanelStage, default=PanelStage.DRAFT, help_text="Écrite par le dossier."
    )
    due_on = models.DateField("à coter avant le", null=True, blank=True)
    label = models.CharField("dossier", max_length=40, blank=True, help_text="Écrit par le dossier : son numéro.")
    created_at = models.DateTimeField("créé le")

    objects = PanelQuerySet.as_manager()

    class Meta:
        verbose_name = "panel de CER"
        verbose_name_plural = "panels de CER"
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["stage", "due_on"], name="evaluation_queue")]
        constraints = [
            models.CheckConstraint(
                condition=Q(stage=PanelStage.DRAFT) | Q(due_on__isnull=False) & ~Q(label=""),
                name="evaluation_open_panel_has_label_and_due",
                violation_error_message="Un panel ouvert au contrôle porte le numéro de son dossier et une date.",
            )
        ]

    def __str__(self) -> str:
        return f"Panel {self.pk} ({self.structure})"

    @property
    def open_to_control(self) -> bool:
        return self.stage == PanelStage.CONTROL

    @property
    def rulebook(self) -> Rulebook:
        """The rulebook that the panel's application is filed under."""
        return get_rulebook(self.rulebook_version)

    @property
    def apart(self) -> bool:
        """The control has a sample of its own (`cer.control_sample`)."""
        return is_apart(self.rulebook)


class Cer(models.Model):
    """One contract of the panel, known by its neutral reference R03-CER2, never by a name."""

    panel = models.ForeignKey(Panel, models.PROTECT, verbose_name="panel", related_name="cers")
    referent = models.ForeignKey("accounts.Referent", models.PROTECT, verbose_name="référent", related_name="cers")
    number = models.PositiveSmallIntegerField("rang")
    contract_type = models.CharField("type", max_length=20, choices=CerType, blank=True)
    file = models.OneToOneField(
        "documents.StoredFile", models.PROTECT, verbose_name="fichier", null=True, blank=True, related_name="cer"
    )
    former = models.OneToOneField(
        "documents.StoredFile",
        models.PROTECT,
        verbose_name="fichier précédent",
        null=True,
        blank=True,
        related_name="replaced_in",
        help_text="Prêt, gardé tant que celui qui le remplace ne l’est pas.",
    )
    caf_number = EncryptedTextField("N° CAF", blank=True, default="")
    drawn_as = models.CharField(
        "référence dans la liste tirée", max_length=REFERENCE_LENGTH, blank=True, db_default="",
        help_text="Celle de la structure. Vide après un tirage fait sur papier.",
    )  # fmt: skip
    sample = models.CharField(
        "échantillon", max_length=10, choices=Sample, default=Sample.BOTH, db_default=Sample.BOTH,
        help_text="Les tours pour lesquels il est tiré.",
    )  # fmt: skip
    created_at = models.DateTimeField("ajouté le")

    objects = CerQuerySet.as_manager()

    class Meta:
        verbose_name = "CER"
        verbose_name_plural = "CER"
        ordering = ["referent__code", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["panel", "referent", "number"],
                name="evaluation_cer_number_once",
                violation_error_message="Cette référence de CER est déjà prise.",
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=99),
                name="evaluation_cer_number_in_range",
                violation_error_message="Le rang d’un CER va de 1 à 99.",
            ),
            models.CheckConstraint(
                condition=Q(sample__in=Sample.values),
                name="evaluation_cer_has_a_sample",
                violation_error_message="Un CER sert à l’auto-évaluation, au contrôle, ou aux deux.",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"{self.referent.code}-CER{self.number}"

    def is_in(self, round: str) -> bool:
        """This round scores it."""
        return self.sample in SAMPLES_OF_ROUND[Round(round)]

    def shown_in(self, round: str) -> str:
        """Stands for the contract that a page of this round shows: its place in the list for the structure, which may
        write before it has the file; the file itself for those who read it."""
        told = f"{self.pk} {self.drawn_as}" if round == Round.SELF else f"{self.pk} {self.file_id}"
        return sha256(told.encode()).hexdigest()[:12]

    @property
    def masked_caf_number(self) -> str:
        """What may be shown without a log: the last two characters."""
        return f"•••••{self.caf_number[-2:]}" if self.caf_number else ""


class CerToSort(models.Model):
    """A contract whose référent is not known yet: its file is in, it becomes a CER when its words or somebody say."""

    panel = models.ForeignKey(Panel, models.PROTECT, verbose_name="panel", related_name="to_sort")
    file = models.OneToOneField(
        "documents.StoredFile", models.PROTECT, verbose_name="fichier", related_name="cer_to_sort"
    )
    created_at = models.DateTimeField("ajouté le")

    objects = PanelChildQuerySet.as_manager()

    class Meta:
        verbose_name = "CER à ranger"
        verbose_name_plural = "CER à ranger"
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return str(self.file)


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
            models.UniqueConstraint(
                fields=["panel", "referent"],
                name="evaluation_one_short_panel",
                violation_error_message="Un motif est déjà donné pour ce référent.",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="evaluation_short_panel_has_reason",
                violation_error_message="Un panel incomplet porte un motif.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.referent.code} : {self.reason}"


class CafReveal(AppendOnly):
    """Somebody looked at a N° CAF in clear: who and when. Never deleted: it outlives a CER taken out of the panel."""

    panel = models.ForeignKey(Panel, models.PROTECT, verbose_name="panel", related_name="caf_reveals")
    cer = models.ForeignKey(Cer, models.SET_NULL, verbose_name="CER", related_name="caf_reveals", null=True)
    reference = models.CharField("référence", max_length=20)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="vu par", related_name="+")
    at = models.DateTimeField("le")

    class Meta:
        verbose_name = "affichage d’un N° CAF"
        verbose_name_plural = "affichages de N° CAF"
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.reference} : {self.user} le {self.at:%d/%m/%Y}"
