from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.http import require_POST
from django.views.generic import DetailView, ListView

from benchmarks.bare.models import Document


class DocumentList(LoginRequiredMixin, ListView):
    model = Document
    paginate_by = 25
    template_name = "bare_list.html"


class DocumentDetail(LoginRequiredMixin, DetailView):
    model = Document
    template_name = "bare_detail.html"


@login_required
@require_POST
@transaction.atomic
def save(request: HttpRequest, pk: int) -> JsonResponse:
    """The least Django can do to change one row that somebody else may change: lock, check, write."""
    document = Document.objects.select_for_update().get(pk=pk)
    document.state = request.POST["state"]
    document.save(update_fields=["state"])
    return JsonResponse({"state": document.state})


urlpatterns = [
    path("", DocumentList.as_view()),
    path("<int:pk>/", DocumentDetail.as_view()),
    path("<int:pk>/save/", save),
]
