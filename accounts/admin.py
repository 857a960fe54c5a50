"""Reference data that the administrator edits. People and life cycles have their own pages."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.enums import Role
from accounts.models import Delegation, Territory, User


@admin.register(Territory)
class TerritoryAdmin(admin.ModelAdmin):
    list_display = ("name", "slai_email", "slai_phone", "merged_into", "merged_on")
    prepopulated_fields = {"slug": ("name",)}


@admin.register(Delegation)
class DelegationAdmin(admin.ModelAdmin):
    list_display = ("user", "quality", "reference", "valid_from", "valid_until")
    list_select_related = ("user",)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "user":
            signatories: QuerySet[User] = User.objects.filter(role=Role.SIGNATORY)
            kwargs["queryset"] = signatories
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
