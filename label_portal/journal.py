"""The journal of reference data, as the administrator reads it: who changed what, when, in French. Read only."""

from typing import Any

from auditlog.models import LogEntry
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst

ACTS = {
    LogEntry.Action.CREATE: "Création",
    LogEntry.Action.UPDATE: "Modification",
    LogEntry.Action.DELETE: "Suppression",
    LogEntry.Action.ACCESS: "Consultation",
}
NOTHING = {"", "None"}


class ActFilter(admin.SimpleListFilter):
    title, parameter_name = "acte", "acte"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(act), words) for act, words in ACTS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[LogEntry]) -> QuerySet[LogEntry]:
        return queryset.filter(action=self.value()) if self.value() in {str(act) for act in ACTS} else queryset


class SubjectFilter(admin.SimpleListFilter):
    title, parameter_name = "sujet", "sujet"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        types = ContentType.objects.filter(pk__in=LogEntry.objects.order_by().values("content_type").distinct())
        return sorted(((str(kind.pk), capfirst(kind.name)) for kind in types), key=lambda choice: choice[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[LogEntry]) -> QuerySet[LogEntry]:
        return queryset.filter(content_type=self.value()) if (self.value() or "").isdigit() else queryset


class JournalAdmin(admin.ModelAdmin):
    date_hierarchy = "timestamp"
    list_display = ("moment", "person", "act", "subject", "fields_changed")
    list_per_page = 50
    list_filter = (ActFilter, SubjectFilter)
    list_select_related = ("content_type", "actor")
    search_fields = ("object_repr", "actor__first_name", "actor__last_name", "actor__email")
    fields = readonly_fields = ("moment", "person", "subject", "act", "changes_made")
    ordering = ("-timestamp", "-pk")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Journal des modifications", **(extra_context or {})})

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: LogEntry | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: LogEntry | None = None) -> bool:
        return False

    @admin.display(description="moment", ordering="timestamp")
    def moment(self, entry: LogEntry) -> Any:
        return entry.timestamp

    @admin.display(description="sujet")
    def subject(self, entry: LogEntry) -> str:
        return f"{capfirst(entry.content_type.name)}, {entry.object_repr}"

    @admin.display(description="acte", ordering="action")
    def act(self, entry: LogEntry) -> str:
        return ACTS[entry.action]

    @admin.display(description="personne")
    def person(self, entry: LogEntry) -> str:
        return str(entry.actor) if entry.actor else "Le portail"

    @admin.display(description="champs")
    def fields_changed(self, entry: LogEntry) -> str:
        return ", ".join(name for name, _, _ in changes(entry)) or "–"

    @admin.display(description="changements")
    def changes_made(self, entry: LogEntry) -> SafeString | str:
        rows = format_html_join("", "<tr><th>{}</th><td>{}</td><td>{}</td></tr>", changes(entry))
        head = "<thead><tr><th>Champ</th><th>Avant</th><th>Après</th></tr></thead>"
        return format_html("<table>" + head + "<tbody>{}</tbody></table>", rows) if rows else "–"


def changes(entry: LogEntry) -> list[tuple[str, str, str]]:
    """Field, before, after: the subject's own fields, those that say something."""
    model = entry.content_type.model_class()
    found = []
    for name, values in (entry.changes_dict or {}).items():
        try:
            field = model._meta.get_field(name) if model else None
        except FieldDoesNotExist:
            continue
        if field is None or not field.concrete or field.primary_key:
            continue
        if isinstance(values, dict):  # un lien à plusieurs : ce qui est ajouté ou ôté
            objects = ", ".join(map(str, values.get("objects", [])))
            before, after = ("–", objects) if values.get("operation") == "add" else (objects, "–")
        else:
            before, after = ("–" if str(value) in NOTHING else str(value) for value in values)
        if before != after:
            found.append((capfirst(str(field.verbose_name)), before, after))
    return found
