"""Agendas, a person's notifications, e-mails that could not leave; and the demo's mailbox and date control."""

from collections import Counter
from datetime import date, timedelta
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST
from django.views.generic import DetailView, ListView

from accounts import roles
from accounts.models import User
from core import clock, demo
from core.components import Tab
from core.french import day_long, plural
from core.views import safe_next
from notices import selectors, services
from notices.enums import Event
from notices.forms import DemoDayForm, RetryForm
from notices.models import Deadline, DemoMail, Notice
from rulebook.calendar import add_months

PAGE = 25


def person(request: HttpRequest) -> User:
    """Whoever is signed in: these pages are not public."""
    return cast(User, request.user)


class AgendaTabs:
    """The tabs above the deadlines; agents also see the e-mails that could not leave."""

    request: HttpRequest
    current = ""

    def tabs(self) -> list[Tab]:
        user = person(self.request)
        counts = selectors.deadline_counts(user, clock.today())
        address = reverse("deadline_list")
        tabs = [
            Tab("En cours", address, counts["ahead"], self.current == "ahead"),
            Tab("En retard", f"{address}?vue=retard", counts["late"], self.current == "late", late=counts["late"] > 0),
        ]
        if roles.is_agent(user):
            failed = selectors.failed_notices(user).count()
            url = reverse("notice_failures")
            tabs.append(Tab("Courriels en échec", url, failed, self.current == "failed", late=failed > 0))
        return tabs


class DeadlineList(AgendaTabs, ListView):
    """The next dates of what one follows, or of one's own structure, each with its reason."""

    template_name = "notices/deadline_list.html"
    paginate_by = PAGE

    def get_queryset(self) -> QuerySet[Deadline]:
        self.current = "late" if self.request.GET.get("vue") == "retard" else "ahead"
        return selectors.deadlines_of(person(self.request), clock.today(), late=self.current == "late")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        rows = [selectors.with_kind(deadline, person(self.request)) for deadline in context["page_obj"]]
        return {**context, "rows": rows, "tabs": self.tabs(), "late": self.current == "late"}


class FailureList(AgendaTabs, ListView):
    template_name = "notices/failure_list.html"
    paginate_by = PAGE
    current = "failed"

    def get_queryset(self) -> QuerySet[Notice]:
        if not roles.is_agent(self.request.user):
            raise Http404
        return selectors.failed_notices(person(self.request))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_retry = not roles.is_auditor(self.request.user)
        return {**super().get_context_data(**kwargs), "tabs": self.tabs(), "may_retry": may_retry}


@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    notice = get_object_or_404(selectors.failed_notices(person(request)), pk=pk)
    if roles.is_auditor(request.user):
        raise PermissionDenied("L’auditeur lit et n’écrit pas.")
    form = RetryForm(request.POST)
    if not form.is_valid():
        messages.error(request, f"{form.errors['address'][0]} Le courriel n’est pas relancé.")
    elif services.retry_notice(notice=notice, address=form.cleaned_data["address"]):
        messages.success(request, f"Le courriel repart vers {form.cleaned_data['address']}.")
    return redirect("notice_failures")


class NoticeList(ListView):
    """What the portal has written to the person, unread first to the eye, all kept."""

    template_name = "notices/notice_list.html"
    paginate_by = PAGE

    def get_queryset(self) -> QuerySet[Notice]:
        return selectors.notices_of(person(self.request))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "unread": selectors.unread_count(person(self.request))}


@require_POST
def open_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark it read and go to the page it leads to."""
    notice = get_object_or_404(selectors.notices_of(person(request)), pk=pk)
    services.mark_read(user=person(request), notice=notice, now=clock.now())
    return HttpResponseRedirect(notice.path or reverse("notice_list"))


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    services.mark_read(user=person(request), now=clock.now())
    return redirect("notice_list")


class DemoOnly:
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.DEMO_MODE:
            raise Http404
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


@method_decorator(login_not_required, name="dispatch")
class DemoMailbox(DemoOnly, ListView):
    """Every e-mail the demo would have sent, those of accounts included."""

    model = DemoMail
    template_name = "notices/demo_mailbox.html"
    paginate_by = PAGE


@method_decorator(login_not_required, name="dispatch")
class DemoMessage(DemoOnly, DetailView):
    model = DemoMail
    template_name = "notices/demo_mail.html"
    context_object_name = "mail"


@require_POST
def demo_day(request: HttpRequest) -> HttpResponse:
    """Move the demo's day, then do what the night would have done."""
    if not settings.DEMO_MODE:
        raise Http404
    form = DemoDayForm(request.POST)
    try:
        if not form.is_valid():
            raise demo.DemoDayRefused(f"{next(iter(form.errors.values()))[0]} La date n’a pas changé.")
        demo.move_to(_wanted_day(form))
    except demo.DemoDayRefused as refusal:
        messages.error(request, str(refusal))
    else:
        tally = services.send_due_notices(clock=clock.now)
        messages.success(request, f"Nous sommes le {day_long(clock.today())}. {_mail_words(tally)}")
    return HttpResponseRedirect(safe_next(request))


def _wanted_day(form: DemoDayForm) -> date:
    match form.cleaned_data["by"]:
        case "day":
            return clock.today() + timedelta(days=1)
        case "month":
            return add_months(clock.today(), 1)
        case "back":
            return clock.civil_date(timezone.now())
    return form.cleaned_data["day"]


def _mail_words(tally: Counter[Event]) -> str:
    sent = tally[Event.SENT]
    return f"{sent} courriel{plural(sent)} envoyé{plural(sent)}." if sent else "Aucun courriel à envoyer."
