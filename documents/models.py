"""Files in (StoredFile) and letters out (Letter). No file has a URL of its own: each owner's view checks its own
object, then asks `documents.serving` to serve it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.managers import ScopedQuerySet
from core.append_only import AppendOnly
from documents.enums import WAITING, FileAct, FileKind, FileState, FindingKind, LetterKind, Ruling, Scan


class StoredFile(models.Model):
    """One file kept in the private storage under a random name; the user's name for it is shown, never a path."""

    key = models.CharField("nom de stockage", max_length=120, unique=True, editable=False)
    original_name = models.CharField("nom du fichier", max_length=200)
    content_type = models.CharField("type", max_length=60)
    size = models.PositiveBigIntegerField("taille en octets")
    kind = models.CharField("nature", max_length=12, choices=FileKind)
    received_sha256 = models.CharField(
        "empreinte à la réception", max_length=64, help_text="Celle du fichier tel qu’il est arrivé."
    )
    sha256 = models.CharField("empreinte SHA-256", max_length=64)
    appearance = models.CharField(
        "empreinte des pages",
        max_length=64,
        blank=True,
        default="",
        db_default="",
        help_text="De ce qu’elles montrent et disent, quelle que soit la façon d’enregistrer.",
    )
    page_count = models.PositiveIntegerField("pages", default=1)
    state = models.CharField("état", max_length=10, choices=FileState, default=FileState.RECEIVED)
    reason = models.CharField("motif", max_length=300, blank=True)
    scan = models.CharField("antivirus", max_length=5, choices=Scan, default=Scan.NONE)
    checked_at = models.DateTimeField("contrôlé le", null=True, blank=True)
    tries = models.PositiveSmallIntegerField("essais", default=0)
    claimed_until = models.DateTimeField("pris en charge jusqu’à", null=True, blank=True)
    structure = models.ForeignKey(
        "accounts.Structure", models.PROTECT, verbose_name="structure", null=True, related_name="+"
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="déposé par", null=True, related_name="+"
    )
    uploaded_at = models.DateTimeField("déposé le")
    purge_after = models.DateField("à effacer après le", null=True, blank=True)
    legal_hold = models.BooleanField("gel contentieux", default=False)

    class Meta:
        verbose_name = "fichier"
        verbose_name_plural = "fichiers"
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=(*WAITING, FileState.READY)) | ~Q(reason=""),
                name="documents_held_file_has_reason",
                violation_error_message="Un fichier refusé, à corriger, retiré ou effacé porte un motif.",
            ),
            models.CheckConstraint(condition=Q(size__gt=0), name="documents_file_not_empty"),
        ]

    def __str__(self) -> str:
        return self.original_name

    @property
    def is_ready(self) -> bool:
        return self.state == FileState.READY

    @property
    def is_erased(self) -> bool:
        return self.state == FileState.ERASED

    @property
    def is_waiting(self) -> bool:
        """Nobody has anything to do: the check is to come or under way."""
        return self.state in WAITING

    @property
    def needs_a_hand(self) -> bool:
        return not (self.is_ready or self.is_waiting)


class Finding(models.Model):
    """One sign in a contract that names somebody, and what was decided of it. The words themselves are never kept."""

    file = models.ForeignKey(StoredFile, models.CASCADE, verbose_name="fichier", related_name="findings")
    kind = models.CharField("nature", max_length=20, choices=FindingKind)
    page = models.PositiveIntegerField("page", null=True, help_text="À partir de 1 ; vide : le fichier lui-même.")
    where = models.CharField("endroit", max_length=60)
    boxes = models.JSONField("cadres", default=list, help_text="[gauche, haut, droite, bas], en parts de la page.")
    excerpt = models.CharField("extrait masqué", max_length=120)
    confidence = models.PositiveSmallIntegerField("certitude (%)")
    holds = models.BooleanField("retient le fichier")
    ruling = models.CharField("décision", max_length=12, choices=Ruling, default=Ruling.OPEN)
    justification = models.CharField("explication", max_length=300, blank=True)
    ruled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="décidé par", null=True, related_name="+"
    )
    ruled_at = models.DateTimeField("décidé le", null=True)

    class Meta:
        verbose_name = "signe trouvé"
        verbose_name_plural = "signes trouvés"
        ordering = ["page", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(ruling=Ruling.NOT_PERSONAL) | ~Q(justification=""),
                name="documents_not_personal_says_why",
                violation_error_message="Dites pourquoi ce n’est pas une donnée personnelle.",
            ),
            models.CheckConstraint(
                condition=Q(ruling=Ruling.OPEN) | Q(ruled_at__isnull=False), name="documents_ruling_is_dated"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} : {self.excerpt}"


class FileEvent(AppendOnly):
    """The journal of files. It outlives them: `label` and `sha256` tell which, never what they said."""

    file = models.ForeignKey(StoredFile, models.SET_NULL, verbose_name="fichier", null=True, related_name="events")
    label = models.CharField("fichier", max_length=200)
    sha256 = models.CharField("empreinte SHA-256", max_length=64)
    act = models.CharField("acte", max_length=12, choices=FileAct)
    detail = models.CharField("précision", max_length=300, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="par", null=True, related_name="+")
    at = models.DateTimeField("le")

    class Meta:
        verbose_name = "événement d’un fichier"
        verbose_name_plural = "événements des fichiers"
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_act_display()} : {self.label}"


class Letter(models.Model):
    """One document of the Département, written once: the PDF, its HTML twin and the hash of what was sent."""

    number = models.CharField("numéro", max_length=30, unique=True)
    kind = models.CharField("nature", max_length=30, choices=LetterKind)
    title = models.CharField("titre", max_length=200)
    structure = models.ForeignKey(
        "accounts.Structure", models.PROTECT, verbose_name="structure", related_name="letters"
    )
    pdf = models.OneToOneField(StoredFile, models.PROTECT, verbose_name="PDF", related_name="letter")
    html = models.TextField("version accessible", editable=False)
    created_at = models.DateTimeField("établi le")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "lettre"
        verbose_name_plural = "lettres"
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"
