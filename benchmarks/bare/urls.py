from django.contrib.auth.mixins import LoginRequiredMixin
from django.urls import path
from django.views.generic import ListView

from benchmarks.bare.models import Document


class DocumentList(LoginRequiredMixin, ListView):
    model = Document
    paginate_by = 25
    template_name = "bare_list.html"


urlpatterns = [path("", DocumentList.as_view())]
