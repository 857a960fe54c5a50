"""The header's navigation: one short list per role."""

from typing import Any

from django.http import HttpRequest


def navigation(request: HttpRequest) -> dict[str, Any]:
    """`nav`: list of (label, url name, current?) for the signed-in person's role."""
    return {"nav": []}
