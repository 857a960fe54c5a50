"""The texts of the site, edited by the administrator."""

from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db.models import TextField

from core.models import SiteText


@admin.register(SiteText)
class SiteTextAdmin(admin.ModelAdmin):
    list_display = ("title", "slug", "updated_at")
    readonly_fields = ("slug",)
    formfield_overrides = {TextField: {"widget": AdminTextareaWidget(attrs={"rows": 30})}}

    def has_add_permission(self, request: object) -> bool:
        """The pages are known: each has its address in the footer."""
        return False

    def has_delete_permission(self, request: object, obj: SiteText | None = None) -> bool:
        return False
