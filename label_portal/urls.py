"""The portal's addresses, in French: they are read by people."""

from django.contrib import admin
from django.urls import include, path

from label_portal import pages, views
from label_portal.health import health

urlpatterns = [
    path("", views.home, name="home"),
    path("aide/", pages.help_page, name="help"),
    path("aide/anonymat/", pages.anonymity_help, name="anonymity_help"),
    path("sante/", health, name="health"),
    path("", include("accounts.urls")),
    path("", include("core.urls")),
    path("", include("training.urls")),
    path("", include("evaluation.urls")),
    path("", include("applications.urls")),
    path("", include("notices.urls")),
    path("", include("labels.urls")),
    path("gestion/", admin.site.urls),
]

handler400 = "core.errors.bad_request"
handler403 = "core.errors.permission_denied"
handler404 = "core.errors.page_not_found"
handler500 = "core.errors.server_error"
