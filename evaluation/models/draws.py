"""How the CERs of a panel are chosen: the lists, the draws, the secret of each day (`evaluation.draw`)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.append_only import AppendOnly
from core.encryption import EncryptedTextField
from evaluation.draw import CHAIN_LENGTH, Draw
from evaluation.enums import SAMPLES_OF_ROUND, DrawKind, Round, Sample
from evaluation.lists import REFERENCE_LENGTH
from evaluation.models.panels import Panel, PanelChildQuerySet
from evaluation.samples import shared_out


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
    self_count = models.PositiveSmallIntegerField(
        "dont pour l’auto-évaluation", default=0, db_default=0,
        help_text="Les premières tirées ; les suivantes sont pour le contrôle. 0 : les mêmes pour les deux.",
    )  # fmt: skip
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
    def samples(self) -> list[tuple[str, Sample]]:
        """Each drawn reference with what it is for, when the control has a sample of its own; else none."""
        if not self.self_count:
            return []
        return list(zip(self.drawn, shared_out(len(self.drawn), self.self_count), strict=True))

    def drawn_for(self, round: Round) -> list[str]:
        return [reference for reference, sample in self.samples if sample in SAMPLES_OF_ROUND[round]]

    @property
    def for_self(self) -> list[str]:
        return self.drawn_for(Round.SELF)

    @property
    def for_control(self) -> list[str]:
        return self.drawn_for(Round.CONTROL)

    @property
    def shared(self) -> list[str]:
        """Those of both samples: the list was short."""
        return [reference for reference, sample in self.samples if sample == Sample.BOTH]

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
