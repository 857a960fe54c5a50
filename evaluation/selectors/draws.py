"""Reads of the lists and of the draws."""

import json
from hashlib import sha256
from typing import Any

from django.db.models import QuerySet

from accounts.roles import is_structure
from evaluation.enums import DrawKind
from evaluation.models import Cer, Panel, PanelDraw
from evaluation.rights import may_read_cers


def kept_lists(panel: Panel) -> dict[str, str]:
    """What is typed of the lists that are not drawn yet, by référent's code."""
    return dict(panel.lists.order_by("referent__code").values_list("referent__code", "text"))


def lists_version(kept: dict[str, str]) -> str:
    """Stands for the lists as they are kept: a page that shows older ones is known by it."""
    return sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:16]


def standing_draws(panel: Panel) -> dict[str, PanelDraw]:
    """How each référent's CERs were chosen, by code: the draw that opened their places, or the paper's."""
    draws = panel.draws.exclude(kind=DrawKind.REPLACEMENT).select_related("referent", "day", "author")
    return {row.referent.code: row for row in draws}


def visible_draws(user: Any) -> QuerySet[Any]:
    """The draws that this person may check: their structure's own, those of the files that they read CERs in."""
    if not (is_structure(user) or may_read_cers(user)):
        return PanelDraw.objects.none()
    return PanelDraw.objects.filter(panel__in=Panel.objects.visible_to(user))


def left_to_draw(cer: Cer) -> list[str]:
    """What a drawn CER can be replaced by: the references of its list that are not in the panel and never were."""
    draws = list(cer.panel.draws.filter(referent=cer.referent))
    first = next(row for row in reversed(draws) if row.kind in {DrawKind.FIRST, DrawKind.AGAIN})
    out = {reference for row in draws if row.pk >= first.pk for reference in row.drawn}
    return [reference for reference in first.references if reference not in out]
