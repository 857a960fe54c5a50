"""Who is at work on what: the CER that somebody scores now, and those who leave a panel to others."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from accounts.models import User
from core.append_only import AppendOnly, AppendOnlyQuerySet
from evaluation.enums import RecusalAct, RecusalCause
from evaluation.models.panels import Cer, Panel


class CerClaimQuerySet(models.QuerySet[Any]):
    def live(self, now: datetime) -> Self:
        return self.filter(until__gt=now)

    def of_others(self, user: Any, now: datetime) -> Self:
        """What keeps this person from scoring, unless they knowingly take over."""
        return self.live(now).exclude(user=user)


class CerClaim(models.Model):
    """Who scores one CER at this hour. It is soft: past `until` it counts for nothing and anybody replaces it; nothing
    that was ticked hangs on it. One row for a CER, whoever and whenever."""

    cer = models.OneToOneField(Cer, models.CASCADE, verbose_name="CER", related_name="claim")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="tenu par", related_name="+")
    since = models.DateTimeField("depuis")
    until = models.DateTimeField("jusqu’à")

    objects = CerClaimQuerySet.as_manager()

    class Meta:
        verbose_name = "CER en cours de cotation"
        verbose_name_plural = "CER en cours de cotation"
        ordering = ["since", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gt=F("since")),
                name="evaluation_claim_ends_after_it_begins",
                violation_error_message="Une cotation en cours prend fin après avoir commencé.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.cer_id} : {self.user}"

    def holds(self, user: User, now: datetime) -> bool:
        """It keeps this person away: live, and a colleague's."""
        return self.until > now and self.user_id != user.pk


class Recusal(AppendOnly):
    """An agent leaves a panel to others because they are too near to its structure, or is let in again by a chief.
    Nothing is ever taken away: what the person had ticked stays under their name, and so does their abstention."""

    panel = models.ForeignKey(Panel, models.PROTECT, verbose_name="panel", related_name="recusals")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="agent", related_name="recusals")
    act = models.CharField("acte", max_length=10, choices=RecusalAct)
    cause = models.CharField("motif", max_length=12, choices=RecusalCause, blank=True)
    words = models.TextField("précision", max_length=1000, blank=True)
    handed_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="confié à", related_name="+", null=True, blank=True
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="auteur", related_name="+")
    at = models.DateTimeField("le")

    class Meta:
        verbose_name = "déport"
        verbose_name_plural = "déports"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(act=RecusalAct.ABSTAINED) | Q(author=F("user")) & ~Q(cause=""),
                name="evaluation_abstention_is_ones_own",
                violation_error_message="Chacun se déporte lui-même, avec un motif.",
            ),
            models.CheckConstraint(
                condition=~Q(cause=RecusalCause.OTHER) | ~Q(words=""),
                name="evaluation_other_cause_is_told",
                violation_error_message="Dites en quelques mots pourquoi vous vous déportez.",
            ),
            models.CheckConstraint(
                condition=~Q(act=RecusalAct.LIFTED)
                | ~Q(author=F("user")) & ~Q(words="") & Q(cause="", handed_to=None),
                name="evaluation_lifting_is_anothers",
                violation_error_message="Un déport est levé par quelqu’un d’autre, avec un motif.",
            ),
            models.CheckConstraint(
                condition=Q(handed_to=None) | ~Q(handed_to=F("user")),
                name="evaluation_handed_to_another",
                violation_error_message="On confie un dossier à quelqu’un d’autre que soi.",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.user} : {self.get_act_display()}"

    @classmethod
    def standing(cls) -> AppendOnlyQuerySet:
        """The abstentions that hold: the last word about each person on each panel."""
        later = cls.objects.filter(panel=OuterRef("panel"), user=OuterRef("user"), pk__gt=OuterRef("pk"))
        return cls.objects.filter(~Exists(later), act=RecusalAct.ABSTAINED)
