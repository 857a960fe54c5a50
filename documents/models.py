"""Files in (StoredFile) and letters out (Letter). No file has a URL of its own: each owner's view checks its own
object, then asks `documents.serving` to serve it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.managers import ScopedQuerySet
from documents.enums import FileState, LetterKind


class StoredFile(models.Model):
    """One file kept in the private storage under a random name; the user's name for it is shown, never a path."""

    key = models.CharField("nom de stockage", max_length=120, unique=True, editable=False)
    original_name = models.CharField("nom du fichier", max_length=200)
    content_type = models.CharField("type", max_length=60)
    size = models.PositiveBigIntegerField("taille en octets")
    sha256 = models.CharField("empreinte SHA-256", max_length=64)
    page_count = models.PositiveIntegerField("pages", default=1)
    state = models.CharField("état", max_length=10, choices=FileState, default=FileState.RECEIVED)
    reason = models.CharField("motif", max_length=300, blank=True)
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
                condition=~Q(state=FileState.REFUSED) | ~Q(reason=""),
                name="documents_refused_file_has_reason",
                violation_error_message="Un fichier refusé porte un motif.",
            ),
            models.CheckConstraint(condition=Q(size__gt=0), name="documents_file_not_empty"),
        ]

    def __str__(self) -> str:
        return self.original_name

    @property
    def is_ready(self) -> bool:
        return self.state == FileState.READY


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
