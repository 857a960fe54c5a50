"""The optional modules that the Département adds to those of Annex 1 (CdC 5-1)."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.append_only import AppendOnly
from rulebook.enums import ModuleCategory


class LocalModule(models.Model):
    """What an added module is known by, for good: the code that attestations and sessions bear. It is never erased,
    and all that may change of it is in its editions; the row is the lock under which they are written."""

    code = models.CharField("code", max_length=4, unique=True)

    class Meta:
        verbose_name = "module du Département"
        verbose_name_plural = "modules du Département"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.code


class ModuleEdition(AppendOnly):
    """The whole of an added module as it was worded one day. The last one counts; an application already filed keeps
    the last one before its filing."""

    module = models.ForeignKey(LocalModule, models.PROTECT, verbose_name="module", related_name="editions")
    title = models.CharField("intitulé", max_length=160)
    short_title = models.CharField("nom court", max_length=40)
    category = models.CharField(
        "nature", max_length=12, choices=[(kind.value, kind.value.capitalize()) for kind in ModuleCategory]
    )
    objectives = models.JSONField("objectifs", help_text="La mesure d’une équivalence, un par un.")
    half_days = models.PositiveSmallIntegerField("durée en demi-journées", null=True, blank=True)
    hours = models.DecimalField("durée en heures", max_digits=4, decimal_places=1, null=True, blank=True)
    territories = models.JSONField(
        "territoires", default=list, blank=True, help_text="Leurs identifiants. Aucun : tout le Département."
    )
    starts_on = models.DateField("au catalogue à partir du")
    withdrawn_on = models.DateField("retiré le", null=True, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="auteur", related_name="+")
    at = models.DateTimeField("le")

    class Meta:
        verbose_name = "rédaction d’un module"
        verbose_name_plural = "rédactions de modules"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(half_days=None) | Q(hours=None),
                name="training_module_one_duration",
                violation_error_message="La durée se dit en demi-journées ou en heures, pas les deux.",
            ),
            models.CheckConstraint(
                condition=(Q(half_days=None) | Q(half_days__gte=1)) & (Q(hours=None) | Q(hours__gt=Decimal(0))),
                name="training_module_lasts",
                violation_error_message="Une durée est plus longue que zéro.",
            ),
        ]

    def __str__(self) -> str:
        return self.short_title
