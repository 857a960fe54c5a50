"""The catalogue: the modules of Annex 1, and those that the Département adds, words anew or withdraws."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.guards import SignedInRequest, only_for
from accounts.models import Territory
from core import clock
from core.forms import sent
from core.versions import Overtaken
from rulebook.book import current_rulebook
from training.exceptions import TrainingRefused
from training.forms.catalogue import ModuleForm
from training.models import LocalModule, ModuleEdition
from training.rights import may_read_plan, may_run_plan
from training.selectors.catalogue import current_editions, duration_words
from training.services.catalogue import add_module, reword_module, withdraw_module


@require_safe
@only_for(may_read_plan)
def module_catalogue(request: SignedInRequest) -> HttpResponse:
    """What each référent has to follow, and may choose."""
    rulebook, today = current_rulebook(), clock.today()
    names = dict(Territory.objects.values_list("slug", "name"))
    added = [_shown(edition, names) for edition in current_editions()]
    context = {
        "compulsory": rulebook.compulsory_modules,
        "optional": rulebook.optional_modules,
        "restricted": [
            (each.name, ", ".join(m.short_title for m in rulebook.optional_modules if m.id in each.optional_modules))
            for each in Territory.objects.filter(merged_into=None).order_by("name")
            if each.optional_modules
        ],
        "added": [each for each in added if not each["edition"].withdrawn_on],
        "withdrawn": [each for each in added if each["edition"].withdrawn_on],
        "may_run": may_run_plan(request.user),
        "today": today,
    }
    return render(request, "training/catalogue.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@only_for(may_run_plan)
def module_add(request: SignedInRequest) -> HttpResponse:
    form = ModuleForm(sent(request))
    if form.is_valid():
        try:
            edition = add_module(wording=form.wording(), actor=request.user, now=clock.now())
        except TrainingRefused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, f"«\u00a0{edition.short_title}\u00a0» est au catalogue.")
            return redirect("module_catalogue")
    return _form_page(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
def module_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    module = _module_to_run(request, pk)
    edition = _in_force(module)
    form = ModuleForm(sent(request), edition=edition)
    if form.is_valid():
        try:
            reword_module(
                module=module, wording=form.wording(), actor=request.user, now=clock.now(),
                version=form.cleaned_data["version"],
            )  # fmt: skip
        except Overtaken as changed:
            form.overtaken(changed, _in_force(module))
        except TrainingRefused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "Le module est modifié. Les dossiers déjà déposés gardent l’ancienne rédaction.")
            return redirect("module_catalogue")
    return _form_page(request, form, edition=edition)


@require_http_methods(["GET", "HEAD", "POST"])
def module_withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    module = _module_to_run(request, pk)
    edition, refused = _in_force(module), ""
    if request.method == "POST":
        try:
            withdraw_module(module=module, actor=request.user, now=clock.now())
        except TrainingRefused as refusal:
            refused = str(refusal)
        else:
            messages.success(request, f"«\u00a0{edition.short_title}\u00a0» est retiré du catalogue.")
            return redirect("module_catalogue")
    context = {"edition": edition, "refused": refused}
    return render(request, "training/module_withdraw.html", context, status=422 if refused else 200)


def _module_to_run(request: SignedInRequest, pk: int) -> LocalModule:
    """403 for those who read the plan without running it, 404 for the others."""
    if not may_read_plan(request.user):
        raise Http404
    module = get_object_or_404(LocalModule, pk=pk)
    if not may_run_plan(request.user):
        raise PermissionDenied("Le catalogue est tenu par la DPID.")
    return module


def _in_force(module: LocalModule) -> ModuleEdition:
    """What is withdrawn has nothing more to change."""
    edition: ModuleEdition = module.editions.select_related("module").latest("pk")
    if edition.withdrawn_on:
        raise Http404
    return edition


def _shown(edition: ModuleEdition, names: dict[str, str]) -> dict[str, Any]:
    return {
        "edition": edition,
        "duration": duration_words(edition.half_days, edition.hours),
        "territories": ", ".join(sorted(names.get(slug, slug) for slug in edition.territories)),
    }


def _form_page(request: SignedInRequest, form: ModuleForm, **context: Any) -> HttpResponse:
    status = 409 if form.elsewhere is not None else 422 if form.errors else 200
    return render(request, "training/module_form.html", {"form": form, **context}, status=status)
