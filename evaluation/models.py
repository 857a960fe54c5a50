"""The second criterion's records. Only ticks are stored: points, means and verdicts come from `evaluation.grid`."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts import roles
from accounts.managers import ScopedQuerySet
from core.append_only import AppendOnly
from core.encryption import EncryptedTextField
from evaluation.contract_facts import CerFacts
from evaluation.draw import CHAIN_LENGTH, Draw
from evaluation.enums import CerType, DrawKind, IdentifyingKind, PanelStage, Round
from evaluation.lists import REFERENCE_LENGTH
from rulebook.book import Rulebook, get_rulebook

__all__ = [
    "CafReveal", "Cer", "CerFacts", "CerList", "CerToSort", "DaySecret", "FileWithdrawal", "Panel", "PanelDraw",
    "Scoring", "ShortPanel",
]  # fmt: skip


class PanelQuerySet(ScopedQuerySet):
    """What a structure is still preparing is nobody else's: agents see a panel from the control on."""

    stage_path = "stage"

    def visible_to(self, user: Any) -> Self:
        rows = super().visible_to(user)
        return rows if roles.is_structure(user) else rows.exclude(**{self.stage_path: PanelStage.DRAFT})


class PanelChildQuerySet(PanelQuerySet):
    structure_path = "panel__structure__"
    stage_path = "panel__stage"


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
    created_at = models.DateTimeField("ajouté le")

    objects = PanelChildQuerySet.as_manager()

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
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"{self.referent.code}-CER{self.number}"

    @property
    def masked_caf_number(self) -> str:
        """What may be shown without a log: the last two characters."""
        return f"•••••{self.caf_number[-2:]}" if self.caf_number else ""


class DaySecret(models.Model):
    """The chain of secrets of one day's draws (`evaluation.draw`). Its commitment is published the day before; each
    draw reveals its own secret, and no other; the root, which gives them all, is shown once the day is over."""

    day = models.DateField("jour", unique=True)
    root = EncryptedTextField("racine")
    commitment = models.CharField("engagement publié", max_length=64)
    drawn = models.PositiveIntegerField("tirages du jour", default=0, db_default=0)
    published_at = models.DateTimeField("publié le")

    class Meta:
        verbose_name = "secret d’un jour"
        verbose_name_plural = "secrets des jours"
        ordering = ["-day"]
        constraints = [
            models.CheckConstraint(
                condition=Q(drawn__lte=CHAIN_LENGTH),
                name="evaluation_chain_has_an_end",
                violation_error_message="Les tirages possibles de ce jour sont épuisés.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y}"


class CerList(models.Model):
    """The list of one référent's CERs while it is being written, as typed or pasted (`evaluation.lists`)."""

    panel = models.ForeignKey(Panel, models.PROTECT, verbose_name="panel", related_name="lists")
    referent = models.ForeignKey("accounts.Referent", models.PROTECT, verbose_name="référent", related_name="+")
    text = models.TextField("liste")

    objects = PanelChildQuerySet.as_manager()

    class Meta:
        verbose_name = "liste de CER"
        verbose_name_plural = "listes de CER"
        constraints = [
            models.UniqueConstraint(
                fields=["panel", "referent"],
                name="evaluation_one_list",
                violation_error_message="Ce référent a déjà une liste.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.referent.code}"


class PanelDraw(AppendOnly):
    """How the CERs of one référent were chosen (CdC 5-2, R33): all that somebody needs to draw them again, or the
    reason why it was done on paper. The last one of a référent is the one that holds; none is ever taken away."""

    panel = models.ForeignKey(Panel, models.PROTECT, verbose_name="panel", related_name="draws")
    referent = models.ForeignKey("accounts.Referent", models.PROTECT, verbose_name="référent", related_name="draws")
    kind = models.CharField("nature", max_length=12, choices=DrawKind)
    number = models.CharField("numéro", max_length=20, unique=True)
    references = models.JSONField("liste", default=list)
    list_hash = models.CharField("empreinte de la liste", max_length=64, blank=True)
    day = models.ForeignKey(DaySecret, models.PROTECT, verbose_name="jour", related_name="draws", null=True)
    rank = models.PositiveIntegerField("rang dans le jour", null=True)
    secret = models.CharField("secret révélé", max_length=64, blank=True)
    seed = models.CharField("graine", max_length=64, blank=True)
    count = models.PositiveSmallIntegerField("nombre à tirer", default=0)
    drawn = models.JSONField("tirées", default=list)
    replaced = models.CharField("référence remplacée", max_length=REFERENCE_LENGTH, blank=True)
    reason = models.TextField("motif", max_length=1000, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="auteur", related_name="+")
    at = models.DateTimeField("le")

    class Meta:
        verbose_name = "tirage"
        verbose_name_plural = "tirages"
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["day", "rank"],
                name="evaluation_secret_used_once",
                violation_error_message="Ce secret a déjà servi à un tirage.",
            ),
            models.CheckConstraint(
                condition=Q(kind=DrawKind.PAPER, day=None, rank=None)
                | ~Q(kind=DrawKind.PAPER) & Q(day__isnull=False, rank__gte=1) & ~Q(seed="") & ~Q(secret=""),
                name="evaluation_draw_can_be_drawn_again",
                violation_error_message="Un tirage du portail porte son jour, son rang, son secret et sa graine.",
            ),
            models.CheckConstraint(
                condition=Q(kind=DrawKind.FIRST) | ~Q(reason=""),
                name="evaluation_draw_has_reason",
                violation_error_message="Un nouveau tirage, un remplacement ou un tirage sur papier porte un motif.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} ({self.get_kind_display()})"

    @property
    def told(self) -> Draw:
        """What the portal says of this draw, to be checked. LookupError for a draw made on paper."""
        if self.day is None or self.rank is None:
            raise LookupError(f"{self.number} was drawn on paper.")
        return Draw(
            referent=self.referent.code, references=tuple(self.references), count=self.count,
            commitment=self.day.commitment, rank=self.rank, secret=self.secret, seed=self.seed,
            drawn=tuple(self.drawn),
        )  # fmt: skip


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
