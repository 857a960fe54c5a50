"""Django's admin, closed by default: only reference data gets in, never a life cycle or a person's account."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator

from label_portal.journal import JournalAdmin

REFERENCE_DATA = frozenset({"accounts.Territory", "accounts.Delegation", "core.SiteText", "auditlog.LogEntry"})


class ReferenceDataSite(AdminSite):
    site_title = "Référent 62"
    site_header = "Référent 62, données de référence"
    index_title = "Données de référence"
    enable_nav_sidebar = False

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Libraries register what they like; what is not reference data is left out, and the journal is ours."""
        models: list[Any] = [model_or_iterable] if isinstance(model_or_iterable, type) else list(model_or_iterable)
        kept = [model for model in models if model._meta.label in REFERENCE_DATA]
        for model in kept:
            journal = model._meta.label == "auditlog.LogEntry"
            super().register(model, JournalAdmin if journal else admin_class, **options)

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The portal's own sign-in, with its second factor."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next") or request.get_full_path())

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect("account_logout")

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect("account_change_password")
