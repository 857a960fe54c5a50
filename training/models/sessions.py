"""The Département's training plan: its sessions and who goes (CdC 5-1). A session belongs to no structure."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts import roles
from accounts.managers import ScopedQuerySet
from core.append_only import AppendOnly
from core.transitions import TransitionLog
from training.enums import STANDING, EnrolmentState, Half, MarkWay, SessionState
from training.rights import may_read_plan


class SessionQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """The whole plan for those who run or follow it. A structure: what is open to its territories, and the
        sessions where it has, or had, somebody."""
        if may_read_plan(user):
            return self
        if not roles.is_structure(user):
            return self.none()
        return self.of_structure(user.structure)

    def of_structure(self, structure: Any) -> Self:
        """What is open to its territories, and the sessions where it has, or had, somebody."""
        territories = [structure.lead_territory_id, *structure.territories.values_list("pk", flat=True)]
        ours = Enrolment.objects.filter(referent__structure=structure).values("session")
        return self.filter(Q(territory=None) | Q(territory__in=territories) | Q(pk__in=ours))


class TrainingSession(models.Model):
    """One date, or several, at which a module or one part of it is given. `starts_on` and `ends_on` are those of its
    half-days, `closes_on` the last day to enrol, change or cancel: all three are written with the half-days."""

    module = models.CharField("module", max_length=4)
    part = models.PositiveSmallIntegerField("partie", null=True, blank=True)
    provider = models.CharField("organisme", max_length=160)
    trainer = models.CharField("intervenant", max_length=160, blank=True)
    place = models.CharField("lieu", max_length=200, blank=True)
    link = models.URLField("lien de connexion", max_length=400, blank=True)
    capacity = models.PositiveSmallIntegerField("nombre de places")
    territory = models.ForeignKey(
        "accounts.Territory", models.PROTECT, verbose_name="territoire", null=True, blank=True, related_name="+"
    )
    is_catch_up = models.BooleanField("session de rattrapage", default=False)
    information = models.TextField("informations pratiques", max_length=1000, blank=True)
    starts_on = models.DateField("commence le", editable=False)
    ends_on = models.DateField("finit le", editable=False)
    closes_on = models.DateField("inscriptions jusqu’au", editable=False)
    state = models.CharField("état", max_length=10, choices=SessionState, default=SessionState.PLANNED, editable=False)
    confirmed_by = models.CharField(
        "présences confirmées par", max_length=160, blank=True, default="", db_default="", editable=False
    )
    confirmed_on = models.DateField("présences confirmées le", null=True, blank=True, editable=False)
    planned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="programmée par", related_name="+"
    )
    created_at = models.DateTimeField("programmée le")

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = "session de formation"
        verbose_name_plural = "sessions de formation"
        ordering = ["starts_on", "pk"]
        indexes = [models.Index(fields=["state", "starts_on"], name="training_session_plan")]
        constraints = [
            models.CheckConstraint(
                condition=Q(capacity__gte=1),
                name="training_session_has_seats",
                violation_error_message="Une session a au moins une place.",
            ),
            models.CheckConstraint(
                condition=~Q(place="") | ~Q(link=""),
                name="training_session_is_somewhere",
                violation_error_message="Une session a un lieu, ou un lien de connexion.",
            ),
            models.CheckConstraint(
                condition=Q(closes_on__lte=F("starts_on"), starts_on__lte=F("ends_on")),
                name="training_session_dates_in_order",
                violation_error_message="Les inscriptions se ferment avant la session, qui finit après avoir commencé.",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state__in=[SessionState.CONFIRMED, SessionState.CLOSED], confirmed_on__gte=F("ends_on"))
                    & ~Q(confirmed_by="")
                )
                | (~Q(state__in=[SessionState.CONFIRMED, SessionState.CLOSED]) & Q(confirmed_by="", confirmed_on=None)),
                name="training_session_confirmed_by_trainer",
                violation_error_message="Les présences sont confirmées par l’intervenant, une fois la session finie.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.module} du {self.starts_on:%d/%m/%Y}"


class SessionHalfDay(models.Model):
    """A half-day of a session: the unit of the attendance sheet."""

    session = models.ForeignKey(TrainingSession, models.CASCADE, verbose_name="session", related_name="half_days")
    day = models.DateField("jour")
    half = models.CharField("demi-journée", max_length=10, choices=Half)
    starts_at = models.TimeField("de")
    ends_at = models.TimeField("à")

    class Meta:
        verbose_name = "demi-journée de session"
        verbose_name_plural = "demi-journées de session"
        ordering = ["day", "starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "day", "half"],
                name="training_half_day_once",
                violation_error_message="Cette demi-journée est déjà dans la session.",
            ),
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")),
                name="training_half_day_hours_in_order",
                violation_error_message="Une demi-journée finit après avoir commencé.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y}, {self.get_half_display().lower()}"


class SessionLog(TransitionLog):
    subject = models.ForeignKey(TrainingSession, models.PROTECT, verbose_name="session", related_name="log")

    class Meta(TransitionLog.Meta):
        verbose_name = "journal de session"
        verbose_name_plural = "journaux de sessions"


class EnrolmentQuerySet(ScopedQuerySet):
    structure_path = "referent__structure__"


class Enrolment(models.Model):
    """One référent's seat in one session, or their place in its waiting list. `rank` is the order of arrival, given
    under the session's lock: the lowest waiting rank is the next to be seated."""

    session = models.ForeignKey(TrainingSession, models.PROTECT, verbose_name="session", related_name="enrolments")
    referent = models.ForeignKey(
        "accounts.Referent", models.PROTECT, verbose_name="référent", related_name="enrolments"
    )
    rank = models.PositiveIntegerField("ordre d’arrivée")
    state = models.CharField(
        "état", max_length=10, choices=EnrolmentState, default=EnrolmentState.WAITING, editable=False
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="demandée par", related_name="+"
    )
    asked_at = models.DateTimeField("demandée le")
    convened_at = models.DateTimeField("convocation envoyée le", null=True, blank=True, editable=False)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = "inscription"
        verbose_name_plural = "inscriptions"
        ordering = ["session", "rank"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "rank"],
                name="training_enrolment_rank_once",
                violation_error_message="Deux inscriptions ne peuvent pas avoir le même ordre d’arrivée.",
            ),
            models.UniqueConstraint(
                fields=["session", "referent"],
                condition=Q(state__in=sorted(STANDING)),
                name="training_enrolled_once",
                violation_error_message="Ce référent est déjà inscrit à cette session.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.referent}, {self.session}"


class EnrolmentLog(TransitionLog):
    subject = models.ForeignKey(Enrolment, models.PROTECT, verbose_name="inscription", related_name="log")

    class Meta(TransitionLog.Meta):
        verbose_name = "journal d’inscription"
        verbose_name_plural = "journaux d’inscriptions"


class AttendanceMark(AppendOnly):
    """Somebody was there, or was not, at one half-day. The last mark is the one that counts; the others tell how it
    came to be known. Written under the session's lock, so that their order is that of their keys."""

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, verbose_name="inscription", related_name="marks")
    half_day = models.ForeignKey(SessionHalfDay, models.PROTECT, verbose_name="demi-journée", related_name="marks")
    present = models.BooleanField("présent")
    way = models.CharField("moyen", max_length=10, choices=MarkWay)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="auteur", null=True, related_name="+"
    )
    at = models.DateTimeField("le")

    class Meta:
        verbose_name = "présence"
        verbose_name_plural = "présences"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(way=MarkWay.HAND, author__isnull=False) | Q(way=MarkWay.PHONE, author=None, present=True),
                name="training_mark_has_author_or_phone",
                violation_error_message="Une présence est notée par un agent, ou donnée par téléphone.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.enrolment.referent}, {self.half_day} : {'présent' if self.present else 'absent'}"


class CalendarLink(models.Model):
    """A person's secret address of the sessions as a calendar. The address is made from `nonce` and the portal's key:
    erasing the row makes it answer nothing, a new row makes another address."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="personne", related_name="calendar_link"
    )
    nonce = models.CharField("aléa", max_length=32, editable=False)
    created_at = models.DateTimeField("créée le")

    class Meta:
        verbose_name = "adresse d’agenda"
        verbose_name_plural = "adresses d’agenda"

    def __str__(self) -> str:
        return f"agenda de {self.user}"
