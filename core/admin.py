"""The texts of the site, edited by the administrator."""

from django.contrib import admin

from core.models import SiteText


@admin.register(SiteText)
class SiteTextAdmin(admin.ModelAdmin):
    list_display = ("title", "slug", "updated_at")
    readonly_fields = ("slug",)

    def has_add_permission(self, request: object) -> bool:
        """The pages are known: each has its address in the footer."""
        return False

    def has_delete_permission(self, request: object, obj: SiteText | None = None) -> bool:
        return False
