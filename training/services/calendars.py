"""The secret address of a person's calendar of sessions: made, made anew, taken back."""

from datetime import datetime
from secrets import token_hex

from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import User
from training.models import CalendarLink


@transaction.atomic
def renew_calendar(*, user: User, now: datetime) -> CalendarLink:
    """A new address; the former one answers nothing any more."""
    link, _ = CalendarLink.objects.update_or_create(user=user, defaults={"nonce": token_hex(16), "created_at": now})
    return link


def revoke_calendar(*, user: User) -> None:
    CalendarLink.objects.filter(user=user).delete()


def calendar_token(link: CalendarLink) -> str:
    """« 12-9f86d081… »: who, and the proof that the portal gave it."""
    digest = salted_hmac("training.calendar", f"{link.user_id}:{link.nonce}", algorithm="sha256").hexdigest()
    return f"{link.user_id}-{digest}"


def user_of_calendar(token: str) -> User | None:
    """Whose calendar it is, or None: an address taken back, a closed account or an invention answer alike."""
    number = token.partition("-")[0]
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        return None
    link = CalendarLink.objects.select_related("user").filter(user_id=int(number), user__is_active=True).first()
    return link.user if link and constant_time_compare(calendar_token(link), token) else None
