"""What narrows the desk's lists. The words of the address are French: people keep and share these links."""

from functools import lru_cache
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.forms.utils import flatatt
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from accounts import roles
from accounts.models import Referent, Territory
from applications.enums import ApplicationKind, ApplicationState, OpinionBody
from applications.models import Application, Opinion

MIN_DIGITS = 3
AWAITED = {
    "dpid": [ApplicationState.DPID_REVIEW],
    "slai": [ApplicationState.SLAI_REVIEW, ApplicationState.WORKING_SESSION],
}
OPINION_CHOICES = [
    ("dpid", "Avis DPID attendu"),
    ("slai", "Avis SLAI attendu"),
    ("defavorable", "Avis défavorable rendu"),
]


class FilterSelect(forms.Select):
    """A list that filters as soon as it changes; without script, the form's button does. Drawn without templates: each
    option would cost two."""

    def __init__(self, **options: Any):
        super().__init__({"class": "form-select", "data-submit": ""}, **options)

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        drawn = self.build_attrs(self.attrs, {"name": name, **(attrs or {})})
        return _select(flatatt(drawn), tuple(self.choices), value or "")


@lru_cache(maxsize=256)
def _select(attributes: SafeString, choices: tuple[tuple[str, str], ...], value: str) -> SafeString:
    """The same list is asked for again and again: it depends on nothing else."""
    options = format_html_join(
        "\n",
        '<option value="{}"{}>{}</option>',
        ((key, mark_safe(" selected") if str(key) == value else "", label) for key, label in choices),
    )
    return format_html("<select{}>{}</select>", attributes, options)


class DeskFilter(filters.FilterSet):
    q = filters.CharFilter(method="search", max_length=100)
    territoire = filters.ChoiceFilter(
        field_name="lead_territory__slug", empty_label="Tous les territoires", widget=FilterSelect
    )
    avis = filters.ChoiceFilter(
        method="by_opinion", choices=OPINION_CHOICES, empty_label="Tous les avis", widget=FilterSelect
    )
    nature = filters.ChoiceFilter(
        field_name="kind", choices=ApplicationKind.choices, empty_label="Toutes les demandes", widget=FilterSelect
    )

    class Meta:
        model = Application
        fields: list[str] = []

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any):
        super().__init__(*args, request=request, **kwargs)
        self.filters["territoire"].extra["choices"] = list(territories_of(request.user).values_list("slug", "name"))

    def search(self, files: QuerySet[Application], name: str, value: str) -> QuerySet[Application]:
        """Number, structure, SIRET (with or without spaces) or a référent's name, each word anywhere."""
        found = Q(number__icontains=value) | Q(structure__name__icontains=value)
        digits = "".join(value.split())
        if digits.isdigit() and len(digits) >= MIN_DIGITS:
            found |= Q(structure__siret__contains=digits)
        people = Referent.objects.filter(structure=OuterRef("structure"))
        for word in value.split():
            people = people.filter(Q(last_name__icontains=word) | Q(first_name__icontains=word))
        return files.filter(found | Exists(people))

    def by_opinion(self, files: QuerySet[Application], name: str, value: str) -> QuerySet[Application]:
        if value in AWAITED:
            return files.filter(state__in=AWAITED[value])
        against = Opinion.objects.filter(application=OuterRef("pk"), body__in=OpinionBody.values, favourable=False)
        return files.filter(Exists(against))

    @property
    def is_active(self) -> bool:
        asked = any(self.data.get(name) for name in self.filters)
        return bool(asked and self.form.is_valid() and any(self.form.cleaned_data.values()))


def territories_of(user: Any) -> QuerySet[Territory]:
    return user.territories.all() if roles.is_slai(user) else Territory.objects.filter(merged_into=None)
