"""What every template may know."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from core import clock


def site(request: HttpRequest) -> dict[str, Any]:
    """`demo_mode`, `today` (civil date), and the contact shown in the footer."""
    return {
        "demo_mode": settings.DEMO_MODE,
        "today": clock.today(),
        "contact_email": settings.CONTACT_EMAIL,
        "contact_phone": settings.CONTACT_PHONE,
    }
