"""The e-mails of this floor. They carry secrets (links that open an account), so they go straight to the mail server
and never through a table; the services call them once their transaction is committed."""

import logging
from functools import partial
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import AccessRequest, Invitation
from core import clock

logger = logging.getLogger(__name__)


def link_to(url_name: str, *args: Any) -> str:
    """An absolute address: always the portal's own name, whatever host the request came by."""
    return f"{settings.PORTAL_URL}{reverse(url_name, args=args)}"


def _send(template: str, address: str, context: dict[str, Any]) -> bool:
    """True once the server has taken the message. A dead server is logged, and never undoes what is committed."""
    subject, _, body = render_to_string(f"accounts/mails/{template}.txt", context).strip().partition("\n")
    try:
        send_mail(subject.strip(), body.strip() + "\n", None, [address])
    except OSError:
        logger.exception("Le courriel « %s » n’est pas parti.", template)
        return False
    return True


def _context(**context: Any) -> dict[str, Any]:
    return {
        "portal_url": settings.PORTAL_URL,
        "contact_email": settings.CONTACT_EMAIL,
        "contact_phone": settings.CONTACT_PHONE,
        **context,
    }


def send_invitation(invitation: Invitation, token: str) -> None:
    """`sent_at` stays empty when the message did not leave: the list of invitations then says so."""

    def send() -> None:
        context = _context(invitation=invitation, link=link_to("invitation_open", token))
        if _send("invitation", invitation.email, context):
            Invitation.objects.filter(pk=invitation.pk).update(sent_at=clock.now())

    transaction.on_commit(send, robust=True)


def send_access_request_received(request: AccessRequest) -> None:
    """To the person and to the service that examines; the person reads the same words whatever the SIRET."""
    context = _context(access_request=request, link=link_to("access_request_list"))
    for template, address in [("access_received", request.email), ("access_to_examine", settings.CONTACT_EMAIL)]:
        transaction.on_commit(partial(_send, template, address, context), robust=True)


def send_access_request_refused(request: AccessRequest) -> None:
    context = _context(access_request=request)
    transaction.on_commit(partial(_send, "access_refused", request.email, context), robust=True)


def send_second_factor_reset(address: str) -> None:
    context = _context(link=link_to("account_login"))
    transaction.on_commit(partial(_send, "second_factor_reset", address, context), robust=True)
