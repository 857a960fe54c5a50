"""The rows of the agents' desk."""

from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from applications.selectors.desk import DeskRow

register = template.Library()


@register.simple_tag
@lru_cache(maxsize=2000)
def desk_row(row: DeskRow) -> SafeString:
    """All that a row shows is in `row`: drawn once for as long as nothing in it changes."""
    return render_to_string("applications/desk/_row.html", {"row": row})
