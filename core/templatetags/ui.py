"""The components of the portal in templates. This library is a builtin: no {% load %}.

Words and figures (filters; dates and times may be empty, the result then is too)
    {{ day|day_long }}            lundi 23 mars 2026 (1er with <sup>; attributes and e-mails: |day_plain)
    {{ day|day_short }}           lun. 23 mars 2026          {{ day|day_date }}     23 mars 2026
    {{ day|day_month }}           23 mars                    {{ moment|time_fr }}   20 h 42
    {{ due|days_left:today }}     dans 7 jours, demain, aujourd’hui, en retard de 3 jours
    {{ mean|percent }}            78,03 % (a share of 1; truncated)      {{ points|decimal_fr }}  7,5
    {{ file.size|file_size }}     1,1 Mo                     {{ number|siret }}     512 900 770 00011
    {{ phone|phone_fr }}          03 00 00 00 00             href="tel:{{ phone|phone_link }}"
    pièce{{ n|plural_fr }}        s from 2 on                chev{{ n|plural_fr:"al,aux" }}
    {{ user.name|initials }}      CV

Small signs
    {% icon "check" %}            decorative; {% icon "x" label="Retirer ce filtre" %} says it aloud
    {% state "ok" "check" "Accepté" %}      tones: "", work, ok, warn, bad, pause
    {% due deadline.due_on today %}         the big date; late=False drops « en retard » (urgent at 7 days or less)
    {% due_inline date %}                   one short date that does not break
    {% gauge mean threshold label="Structure" %}    shares of 1; the bar with its line, and words for the ear
    {% progress 24 30 "24 obligations justifiées sur 30" %}
    {% saved at %}                          « Enregistré à 20 h 42 »; {% saved %} waits for the autosave

Blocks
    {% why steps=deadline.explanation ref="Cahier des charges, point 7.2" float=True right=True %}
      <p><strong>Six mois après la réception de vos pièces.</strong></p>
    {% endwhy %}                            steps: see core.components.calc_steps; open=True, summary="…"
    {% note "ok" "Dossier déposé" %}<p>…</p>{% endnote %}         icon="…", level=3 (heading), alert=True
    {% answers "Où en est votre demande" %}
      {% answer "Où en est-on" %}…{% endanswer %} {% answer "Que faire" %}…{% endanswer %}
      {% answer "Pour quand" %}…{% endanswer %}
    {% endanswers %}
    {% dialog "d-deposer" "Déposer le dossier ?" ok="Déposer le dossier" cancel="Relire" icon="send" %}
      <p>Après le dépôt, …</p>
    {% enddialog %}                         asked by <button data-confirm="d-deposer">; danger=True
    {% empty_state "file" "Aucun dossier en retard" "Les dossiers … apparaîtront ici." %}   level=3, action_url, action

Structures (build the values with core.components: LifeStep, FilingStep, Tab)
    {% life steps %}   {% steps steps %}   {% tabs tabs "Listes de dossiers" %}
    {% facts pairs %}                       [("SIRET", value), …]; an empty value reads « Non renseigné »
    {% crumbs "Accueil" home_url "Dossiers" list_url "D-2026-0147" %}
    {% pagination page_obj %}               keeps the query string; noun="dossiers"

Forms ({{ form|crispy }} and {% crispy form %} give the error summary and the fields of the mock-ups;
{{ form.field|as_crispy_field }} one field; write <form method="post" novalidate>)
    {% error_summary form other_form %}     above fields laid by hand; empty when nothing is wrong
    {% drop form.attestations %}            file drop of a bound field; works as a plain field without script
    <form data-autosave> <form data-upload> see static/js
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.template.context import Context
from django.template.loader import get_template
from django.utils import timezone
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from core import components, french
from core.identifiers import clean_line

register = template.Library()

NOTE_ICONS = {"ok": "check", "work": "info", "warn": "edit", "bad": "alert", "pause": "pause", "": "info"}
URGENT_DAYS = 7


# Filters ------------------------------------------------------------------------------------------------------


def _civil(value: date | datetime) -> date:
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value


def _raised(text: str) -> SafeString:
    """Dates hold no markup of anybody's: only the « er » of the first day is raised."""
    return mark_safe(text.replace("1er", "1<sup>er</sup>"))


@register.filter
def raise_first_days(text: str) -> SafeString:
    """« 1er » as in dates, in a sentence written elsewhere."""
    return _raised(escape(text))


@register.filter
def day_long(value: date | None) -> str:
    return _raised(french.day_long(_civil(value))) if value else ""


@register.filter
def day_short(value: date | None) -> str:
    return _raised(french.day_short(_civil(value))) if value else ""


@register.filter
def day_date(value: date | None) -> str:
    return _raised(french.day_date(_civil(value))) if value else ""


@register.filter
def day_month(value: date | None) -> str:
    return _raised(french.day_month(_civil(value))) if value else ""


@register.filter
def day_plain(value: date | None) -> str:
    return french.day_long(_civil(value)) if value else ""


@register.filter
def time_fr(value: datetime | None) -> str:
    if not value:
        return ""
    return french.time_fr(timezone.localtime(value) if timezone.is_aware(value) else value)


@register.filter
def days_left(value: date | None, today: date) -> str:
    return french.days_left(_civil(value), today) if value else ""


@register.filter
def percent(value: Fraction | Decimal | int | None) -> str:
    return "" if value is None else french.percent(value)


@register.filter
def decimal_fr(value: Fraction | Decimal | int | None) -> str:
    return "" if value is None else french.decimal_fr(value)


@register.filter
def file_size(value: int | None) -> str:
    return "" if value is None else french.file_size(value)


@register.filter
def plural_fr(value: Any, forms: str = "s") -> str:
    """A count, or anything that has a length."""
    return french.plural(len(value) if hasattr(value, "__len__") else value, forms)


register.filter("siret", french.siret)
register.filter("phone_fr", french.phone_fr)
register.filter("phone_link", french.phone_link)
register.filter("initials", french.initials)


# Small signs --------------------------------------------------------------------------------------------------


@register.simple_tag
@lru_cache(maxsize=256, typed=True)  # a label marked safe is not the same as its text
def icon(name: str, label: str = "") -> SafeString:
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="#i-{}"/></svg>', label, name)
    return format_html('<svg class="icon" aria-hidden="true"><use href="#i-{}"/></svg>', name)


@register.simple_tag
def state(tone: str, icon_name: str, label: str) -> SafeString:
    tone_class = f" t-{tone}" if tone else ""
    return format_html('<span class="state{}">{}{}</span>', tone_class, icon(icon_name), label)


@register.inclusion_tag("components/due.html")
def due(day: date, today: date, late: bool = True) -> dict[str, Any]:
    day = _civil(day)
    days = (day - today).days
    return {
        "day": day,
        "number": _raised(french.ordinal_day(day)),
        "month": french.month_year(day),
        "weekday": french.WEEKDAYS[day.weekday()],
        "left": french.days_left(day, today) if days >= 0 or late else "",
        "urgent": days <= URGENT_DAYS,
    }


@register.simple_tag
def due_inline(day: date) -> SafeString:
    iso = _civil(day).isoformat()
    return format_html('<time class="due-inline" datetime="{}">{}</time>', iso, day_short(day))


@register.inclusion_tag("components/gauge.html")
def gauge(
    share: Fraction | Decimal | None, threshold: Fraction | Decimal | None = None, label: str = ""
) -> dict[str, Any]:
    """The bar is drawn to a tenth of a percent, downwards: it never shows a line reached that is not.

    None is what nobody has measured yet: an empty bar, and no verdict.
    """
    words = "pas encore évalué" if share is None else french.percent(share)
    reached = share is not None and (threshold is None or share >= threshold)
    if threshold is not None:
        verdict = "" if share is None else " atteint" if reached else " non atteint"
        words += f", seuil de {french.percent(threshold)}{verdict}"
    return {
        "words": f"{label}{french.NBSP}: {words}" if label else words,
        "reached": reached,
        "width": _tenths(share or Fraction()),
        "line": None if threshold is None else _tenths(Fraction(threshold) - Fraction(4, 1000)),
    }


def _tenths(share: Fraction | Decimal) -> str:
    """A share of 1 as SVG units of 100, with a point whatever the language."""
    tenths = min(1000, max(0, int(Fraction(share) * 1000)))
    return f"{tenths // 10}.{tenths % 10}"


@register.simple_tag
def progress(value: int, maximum: int, label: str) -> SafeString:
    return format_html('<progress value="{}" max="{}" aria-label="{}"></progress>', value, maximum or 1, label)


@register.inclusion_tag("components/saved.html")
def saved(at: datetime | None = None) -> dict[str, Any]:
    return {"at": at}


# Blocks -------------------------------------------------------------------------------------------------------


@register.simple_block_tag
def why(
    content: str,
    steps: Any = None,
    ref: str = "",
    summary: str = f"Pourquoi cette date{french.NNBSP}?",
    float: bool = False,  # noqa: A002
    right: bool = False,
    open: bool = False,  # noqa: A002
) -> str:
    """`float` lays the panel over the page (wide screens), `right` aligns it on the right edge."""
    return _render(
        "components/why.html",
        content=content,
        steps=components.calc_steps(steps),
        ref=ref,
        summary=summary,
        float=float,
        right=right,
        open=open,
    )


@register.simple_block_tag
def note(content: str, tone: str = "", title: str = "", icon: str = "", level: int = 2, alert: bool = False) -> str:
    return _render(
        "components/note.html",
        content=content,
        tone=tone,
        title=title,
        icon=icon or NOTE_ICONS[tone],
        heading=f"h{level}",
        alert=alert,
    )


@register.simple_block_tag
def answers(content: str, label: str) -> SafeString:
    return format_html('<section class="answers" aria-label="{}">{}</section>', label, content)


@register.simple_block_tag
def answer(content: str, title: str) -> SafeString:
    return format_html("<div><h2>{}</h2>{}</div>", title, content)


@register.simple_block_tag
def dialog(
    content: str,
    id: str,  # noqa: A002
    title: str,
    ok: str,
    cancel: str = "Annuler",
    icon: str = "",
    danger: bool = False,
) -> str:
    return _render(
        "components/dialog.html",
        content=content,
        id=id,
        title=title,
        ok=ok,
        cancel=cancel,
        icon=icon,
        danger=danger,
    )


@register.inclusion_tag("components/empty_state.html")
def empty_state(
    icon: str, title: str, text: str = "", level: int = 3, action: str = "", action_url: str = ""
) -> dict[str, Any]:
    return {
        "icon": icon, "title": title, "text": text, "heading": f"h{level}", "action": action, "action_url": action_url,
    }  # fmt: skip


def _render(name: str, **values: Any) -> str:
    return get_template(name).render(values)


# Structures ---------------------------------------------------------------------------------------------------


@register.inclusion_tag("components/life.html")
def life(steps: Sequence[components.LifeStep], label: str = "Étapes de votre label") -> dict[str, Any]:
    return {"steps": steps, "label": label, "NOW": components.Progress.NOW}


@register.inclusion_tag("components/steps.html")
def steps(steps: Sequence[components.FilingStep], label: str = "Étapes du dossier") -> dict[str, Any]:
    here = next((position for position, step in enumerate(steps, 1) if step.current), 1)
    return {
        "steps": steps,
        "label": label,
        "here": here,
        "current": steps[here - 1],
        "following": steps[here] if here < len(steps) else None,
    }


@register.inclusion_tag("components/tabs.html")
def tabs(tabs: Sequence[components.Tab], label: str) -> dict[str, Any]:
    return {"tabs": tabs, "label": label}


@register.inclusion_tag("components/facts.html")
def facts(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    return {"pairs": pairs}


@register.simple_tag
def crumbs(*parts: str) -> SafeString:
    """Label, address, label, address…, and last the page itself."""
    *way, here = parts
    links = format_html_join("", '<a href="{}">{}</a> / ', zip(way[1::2], way[::2], strict=True))
    return format_html(
        '<nav class="crumbs" aria-label="Fil d’Ariane">{}<span aria-current="page">{}</span></nav>', links, here
    )


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: Context, page_obj: Page, noun: str = "") -> dict[str, Any]:
    return {"page_obj": page_obj, "noun": noun}


# Forms --------------------------------------------------------------------------------------------------------


@register.inclusion_tag("components/error_summary.html")
def error_summary(*forms: BaseForm) -> dict[str, Any]:
    return {"mistakes": components.form_mistakes(*forms)}


@register.inclusion_tag("components/drop.html")
def drop(field: BoundField, slim: bool = False) -> dict[str, Any]:
    widget = field.field.widget
    described = " ".join(
        f"{field.auto_id}_{part}" for part, present in (("helptext", field.help_text), ("error", True)) if present
    )
    several = getattr(widget, "allow_multiple_selected", False)
    widget.attrs = {
        "data-max": settings.FILE_UPLOAD_MAX_SIZE,
        **widget.attrs,
        "class": "visually-hidden",
        "aria-describedby": described,
    }
    sent = None if several or field.errors else field.form.files.get(field.html_name)
    return {"field": field, "slim": slim, "several": several, "again": clean_line(sent.name or "") if sent else ""}


@register.filter
def is_optional(field: BoundField) -> bool:
    """Whether « (facultatif) » follows the label. Boxes and search fields are never marked."""
    return not field.field.required and not getattr(field.field, "hide_optional", False)


@register.simple_tag(takes_context=True)
def theme(context: Context) -> str:
    """« dark » or « light », as the person chose (cookie); light without a request (error pages)."""
    request = context.get("request")
    return "dark" if request is not None and request.COOKIES.get("theme") == "dark" else "light"
