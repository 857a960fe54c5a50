"""The portal with two doors that should not be there: the controls of the walk."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import path

from applications.models import Application
from label_portal.urls import urlpatterns as portal


def any_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Forgets `visible_to`."""
    file = Application.objects.select_related("structure").filter(pk=pk).first()
    return HttpResponse(file.structure.name if file else "Aucun dossier.")


@login_not_required
def every_file(request: HttpRequest) -> HttpResponse:
    return HttpResponse(", ".join(Application.objects.values_list("structure__name", flat=True)))


urlpatterns: list[Any] = [
    *portal,
    path("n-importe-quel-dossier/<int:pk>/", any_file, name="any_file"),
    path("tous-les-dossiers/", every_file, name="every_file"),
]
