"""Messages with the structure, and notes between the two services."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from accounts import roles
from accounts.models import User
from applications.models import Application, Message
from applications.services.common import tell_department, tell_structure
from applications.workflow import may_file, may_hold_session
from core.transitions import TransitionForbidden, TransitionRefused


@transaction.atomic
def post_message(
    *, application: Application, author: User, body: str, internal: bool = False, now: datetime
) -> Message:
    """A message on the file. A structure writes to the Département only; internal notes are the technical team's own.

    The other side is told by e-mail that a message waits, never what it says.
    """
    agent = may_hold_session(author, application)
    if internal and not agent:
        raise TransitionForbidden("Les notes internes sont réservées à la DPID et au SLAI.")
    if not (agent or may_file(author, application)):
        raise TransitionForbidden("Sur ce dossier écrivent la structure, la DPID et le SLAI du territoire.")
    if not body.strip():
        raise TransitionRefused("Ce message est vide.")
    message = Message.objects.create(application=application, author=author, body=body, internal=internal, sent_at=now)
    if agent and not internal:
        tell_structure(
            application,
            cause=f"message-{message.pk}",
            subject=f"Nouveau message sur le dossier {application}",
            body="Un message vous attend dans votre espace, rubrique « Messages ».",
            path=reverse("message_list"),
            now=now,
        )
    elif not agent:
        tell_department(
            application,
            cause=f"message-{message.pk}",
            subject=f"Nouveau message sur le dossier {application}",
            body=f"{application.structure} vous a écrit. Le message vous attend sur la page du dossier.",
            path=reverse("file_detail", args=[application.pk]),
            now=now,
        )
    return message


def mark_messages_read(*, application: Application, reader: User, now: datetime) -> int:
    """The reader's side has seen what the other side wrote. Internal notes have no « lu »."""
    from_structure = roles.is_agent(reader)
    if not (may_hold_session(reader, application) or may_file(reader, application)):
        raise TransitionForbidden("Ces messages ne sont pas les vôtres.")
    return application.messages.filter(
        internal=False, read_at=None, author__structure__isnull=not from_structure
    ).update(read_at=now)
