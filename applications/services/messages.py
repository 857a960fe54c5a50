"""Messages with the structure and notes between the two services."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from applications.models import Application, Message
from applications.services.common import tell_structure
from applications.workflow import may_file, may_hold_session
from core.transitions import TransitionForbidden, TransitionRefused


@transaction.atomic
def post_message(
    *, application: Application, author: User, body: str, internal: bool = False, now: datetime
) -> Message:
    """A message on the file. A structure writes to the Département only; internal notes are the agents' own."""
    if internal and not may_hold_session(author, application):
        raise TransitionForbidden("Les notes internes sont réservées à la DPID et au SLAI.")
    if not (may_file(author, application) or may_hold_session(author, application)):
        raise TransitionForbidden("Sur ce dossier écrivent la structure, la DPID et le SLAI du territoire.")
    if not body.strip():
        raise TransitionRefused("Ce message est vide.")
    message = Message.objects.create(application=application, author=author, body=body, internal=internal, sent_at=now)
    if not internal and may_hold_session(author, application):
        tell_structure(
            application,
            cause=f"message-{message.pk}",
            subject=f"Nouveau message sur le dossier {application}",
            body="Un message vous attend dans votre espace, rubrique « Messages ».",
            now=now,
        )
    return message
