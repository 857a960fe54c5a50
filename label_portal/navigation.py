"""The header's navigation: one short list per role."""

from typing import Any

from django.http import HttpRequest

from accounts.roles import is_agent


def navigation(request: HttpRequest) -> dict[str, Any]:
    """`nav` (header), `account_nav` (person's menu), `footer_nav`: NavEntry each; `agent`: the dense scale."""
    return {
        "nav": [],
        "account_nav": [],
        "footer_nav": [],
        "agent": is_agent(getattr(request, "user", None)),
    }
