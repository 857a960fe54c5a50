"""A small site for the tests of static/js: one page per script, answers chosen by the test."""

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template import engines
from django.urls import include, path

from core.errors import csrf_failure
from core.forms import MultipleFilesField, PersonNameField, PortalForm


class Answer:
    """What the next autosave meets: 204, 422, 500, or « login » for an expired session."""

    value: int | str = 204
    saved: list[dict[str, list[str]]] = []
    next = ""  # where the plain form leads
    sent = 0
    uploaded: list[str] = []

    @classmethod
    def reset(cls) -> None:
        cls.value, cls.next, cls.saved, cls.sent, cls.uploaded = 204, "", [], 0, []


class DraftForm(PortalForm):
    name = PersonNameField(label="Nom du référent")
    kind = forms.ChoiceField(label="Type", choices=[("a", "Solidarité"), ("b", "Socio-pro")], widget=forms.RadioSelect)
    number = forms.CharField(label="Numéro CAF", widget=forms.TextInput({"data-private": "1"}))


class FilesForm(PortalForm):
    files = MultipleFilesField(label="Attestations")


class WholeForm(PortalForm):
    place = forms.CharField(label="Lieu")
    file = forms.FileField(label="Justificatif")


def show(request: HttpRequest, body: str, **context: object) -> HttpResponse:
    head = '{% extends "base.html" %}{% load crispy_forms_tags %}{% block title %}Essai{% endblock %}{% block page %}'
    page = engines["django"].from_string(f"{head}<h1>Essai</h1>{body}{{% endblock %}}")
    return HttpResponse(page.render(context, request))


DRAFT = """{% saved %}<form method="post" novalidate data-autosave="/draft/">{% csrf_token %}{{ form|crispy }}
<button class="btn btn-danger" data-confirm="d">Déposer</button></form>
{% dialog "d" "Déposer ?" ok="Déposer le dossier" cancel="Relire" %}<p>Vraiment.</p>{% enddialog %}
{% why float=True %}<p>Parce que.</p>{% endwhy %}
<table data-keys><tbody><tr><th><a href="#1">Un</a></th></tr><tr><th><a href="#2">Deux</a></th></tr></tbody></table>"""
PLAIN = """<form method="post" novalidate>{% csrf_token %}{{ form|crispy }}
<button class="btn">Envoyer</button></form>"""
WHOLE = """<form method="post" action="/whole/" enctype="multipart/form-data" novalidate data-done="/files/">
{% csrf_token %}{{ form|crispy }}<button class="btn">Envoyer</button></form>"""
FILES = """<form method="post" enctype="multipart/form-data" novalidate data-upload>{% csrf_token %}
{% drop form.files %}<button class="btn btn-primary">Envoyer</button></form>
{% for name in uploaded %}<p class="received">{{ name }}</p>{% endfor %}"""


@login_not_required
def draft(request: HttpRequest) -> HttpResponse:
    if request.headers.get("X-Autosave"):
        if Answer.value == "login":
            return HttpResponseRedirect("/connexion/?next=/draft/")
        if Answer.value == 204:
            Answer.saved.append({key: values for key, values in request.POST.lists() if key != "csrfmiddlewaretoken"})
        words = "Nom du référent : trop court. Le reste est enregistré."
        return HttpResponse(words if Answer.value in (409, 422) else "", status=int(Answer.value))
    if request.method == "POST":
        Answer.sent += 1
    return show(request, DRAFT, form=DraftForm(request.POST or None))


@login_not_required
def files(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        for file in request.FILES.getlist("files"):
            if file.name.endswith(".exe"):
                return JsonResponse({"errors": ["Ce n’est pas un PDF."]}, status=422)
            Answer.uploaded.append(file.name)
        if request.headers.get("X-Upload"):
            return JsonResponse({"message": "Reçu"})
    return show(request, FILES, form=FilesForm(), uploaded=Answer.uploaded)


@login_not_required
def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(Answer.next) if request.method == "POST" else show(request, PLAIN, form=DraftForm())


@login_not_required
def lost(request: HttpRequest) -> HttpResponse:
    return csrf_failure(request)


@login_not_required
def whole(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return show(request, WHOLE, form=WholeForm())
    form = WholeForm(request.POST, request.FILES)
    if form.is_valid():
        Answer.uploaded.append(form.cleaned_data["file"].name)
        return HttpResponseRedirect("/files/")
    page = show(request, WHOLE, form=form)
    page.status_code = 422
    return page


urlpatterns = [
    path("draft/", draft),
    path("plain/", plain),
    path("perdu/", lost),
    path("whole/", whole),
    path("files/", files),
    path("", include("label_portal.urls")),
]
