"""Messages on a file: the agents write from the file's page, the structure from a page of its own."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts import roles
from applications import services
from applications.forms.desk import MessageForm
from applications.models import Application
from applications.selectors import current_application
from applications.selectors import files as reads
from applications.views.files import file_or_404, person, render_file
from applications.workflow import may_hold_session
from core import clock


@require_POST
def file_message(request: HttpRequest, pk: int) -> HttpResponse:
    return _post_from_file(request, pk, internal=False)


@require_POST
def file_note(request: HttpRequest, pk: int) -> HttpResponse:
    return _post_from_file(request, pk, internal=True)


@require_POST
def file_messages_read(request: HttpRequest, pk: int) -> HttpResponse:
    file = file_or_404(request, pk)
    if not may_hold_session(request.user, file):
        raise PermissionDenied
    services.mark_messages_read(application=file, reader=person(request), now=clock.now())
    return redirect(f"{reverse('file_detail', args=[pk])}#messages")


@require_safe
def message_list(request: HttpRequest) -> HttpResponse:
    return _own_messages(request, _own_file(request), MessageForm())


@require_POST
def message_post(request: HttpRequest) -> HttpResponse:
    file = _own_file(request)
    if file is None:
        raise Http404
    form = MessageForm(request.POST)
    if not form.is_valid():
        return _own_messages(request, file, form)
    services.post_message(application=file, author=person(request), body=form.cleaned_data["body"], now=clock.now())
    messages.success(request, "Votre message est envoyé à la DPID.")
    return redirect("message_list")


@require_POST
def messages_read(request: HttpRequest) -> HttpResponse:
    file = _own_file(request)
    if file is None:
        raise Http404
    services.mark_messages_read(application=file, reader=person(request), now=clock.now())
    return redirect("message_list")


def _post_from_file(request: HttpRequest, pk: int, *, internal: bool) -> HttpResponse:
    file = file_or_404(request, pk)
    if not may_hold_session(request.user, file):
        raise PermissionDenied
    form = MessageForm(request.POST)
    if not form.is_valid():
        return render_file(request, file, message_form=form, internal=internal)
    services.post_message(
        application=file, author=person(request), body=form.cleaned_data["body"], internal=internal, now=clock.now()
    )
    messages.success(request, "La note est enregistrée." if internal else "Le message est envoyé à la structure.")
    query = "?messages=internes" if internal else ""
    return redirect(f"{reverse('file_detail', args=[pk])}{query}#messages")


def _own_file(request: HttpRequest) -> Application | None:
    """The structure's latest file; a structure only."""
    user = person(request)
    if not roles.is_structure(user) or user.structure_id is None:
        raise PermissionDenied
    return current_application(user.structure_id)


def _own_messages(request: HttpRequest, file: Application | None, form: MessageForm) -> HttpResponse:
    thread = reads.messages_of(file, internal=False) if file else []
    unread = any(message.read_at is None and not message.author.structure_id for message in thread)
    context = {"file": file, "thread": thread, "form": form, "unread": unread}
    return render(request, "applications/messages.html", context)
