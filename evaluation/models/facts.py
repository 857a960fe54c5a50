"""What a contract says of itself, as read or typed."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from evaluation.enums import FactsSource
from evaluation.facts import Action, Facts
from evaluation.models.panels import Cer


class CerFacts(models.Model):
    """What one contract says of its dates, its actions and its remark (`evaluation.facts`), as read in its file or as
    typed by one side. It proposes ticks and counts for nothing. Read facts go with the file they were read in."""

    cer = models.ForeignKey(Cer, models.CASCADE, verbose_name="CER", related_name="facts", null=True)
    file = models.OneToOneField(
        "documents.StoredFile", models.CASCADE, verbose_name="fichier", related_name="+", null=True
    )
    source = models.CharField("origine", max_length=10, choices=FactsSource)
    edited_on = models.DateField("édité le", null=True)
    ends_on = models.DateField("prend fin le", null=True)
    remark = models.BooleanField("remarque", null=True)
    actions = models.JSONField("actions", default=list)
    certainty = models.JSONField("certitude (%)", default=dict)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="auteur", related_name="+", null=True
    )
    updated_at = models.DateTimeField("modifié le")
    version = models.PositiveIntegerField("version", default=1)

    class Meta:
        verbose_name = "faits d’un contrat"
        verbose_name_plural = "faits des contrats"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["cer", "source"],
                name="evaluation_facts_once_per_source",
                violation_error_message="Les faits de ce contrat sont déjà saisis.",
            ),
            models.CheckConstraint(
                condition=Q(source=FactsSource.READ, cer=None, author=None, file__isnull=False)
                | ~Q(source=FactsSource.READ) & Q(cer__isnull=False, author__isnull=False, file=None),
                name="evaluation_facts_read_or_typed",
                violation_error_message="Des faits sont lus dans un fichier, ou saisis par une personne pour un CER.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cer_id or self.file_id} : {self.get_source_display()}"

    @property
    def facts(self) -> Facts:
        return Facts(self.edited_on, self.ends_on, tuple(map(Action.from_json, self.actions)), self.remark)

    @facts.setter
    def facts(self, facts: Facts) -> None:
        self.edited_on, self.ends_on, self.remark = facts.edited_on, facts.ends_on, facts.remark
        self.actions = [action.as_json() for action in facts.actions]
