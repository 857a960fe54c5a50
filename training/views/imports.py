"""A structure's référents and past trainings by a spreadsheet: read, shown line by line, then written at once."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import roles
from accounts.guards import SignedInRequest, only_for
from accounts.models import Structure
from core import clock
from core.views import safe_next
from core.workbooks import CONTENT_TYPE
from rulebook.clauses import Module, Rulebook
from training.cards import course_title
from training.exceptions import TrainingRefused
from training.forms import ImportForm
from training.imports.packing import pack, unpack
from training.imports.reading import ImportRow, ImportUnreadable, read_import
from training.imports.template import NAME, import_template
from training.models import PastTraining
from training.selectors.catalogue import catalogue, naming
from training.selectors.past import plan_of
from training.services.imports import drop_past_training, import_roster

KEPT = "roster_import"
VERSION = 2
"""Of what is kept under that name: to be raised with the shape of the lines."""
Answers = dict[int, str]


@only_for(roles.may_import_referents)
@require_http_methods(["GET", "POST"])
def referent_import(request: SignedInRequest, pk: int | None = None) -> HttpResponse:
    """Read the file and keep its lines in the session, to be looked at before they are taken."""
    structure = _structure(request, pk)
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    if form.is_valid():
        try:
            content = form.cleaned_data["file"].read()
            rows = read_import(content, rulebook=catalogue(today=clock.today()), today=clock.today())
        except ImportUnreadable as reason:
            form.add_error("file", str(reason))
        else:
            request.session[KEPT] = {"version": VERSION, "structure": structure.pk, "rows": pack(rows), "answers": {}}
            return _onwards(request, "check", pk)
    context = {"form": form, "modules": _modules(), **_around(request, structure, pk)}
    return render(request, "training/import.html", context, status=422 if form.errors else 200)


@only_for(roles.may_import_referents)
@require_http_methods(["GET", "POST"])
def referent_import_check(request: SignedInRequest, pk: int | None = None) -> HttpResponse:
    """Each line and what it would write; POST: who the doubtful persons are."""
    structure = _structure(request, pk)
    kept = _kept(request, structure)
    if kept is None:
        return _onwards(request, "", pk)
    rows, answers = kept
    if request.method == "POST":
        fields = ((row.line, f"qui-{row.line}") for row in rows)
        given = {line: request.POST[name] for line, name in fields if name in request.POST}
        request.session[KEPT] = {**request.session[KEPT], "answers": _texts({**answers, **given})}
        return _onwards(request, "check", pk)
    plan = plan_of(structure, rows, answers)
    rulebook = naming(*(step.row.training.module for step in plan.steps if step.row.training))
    titles = {id(step): _course(rulebook, step.row) for step in plan.steps}
    context = {
        "plan": plan,
        "choices": [step.choice for step in plan.steps if step.choice],
        "steps": [(step, titles[id(step)]) for step in plan.steps],
        "next": safe_next(request, ""),
        **_around(request, structure, pk),
    }
    return render(request, "training/import_check.html", context)


@only_for(roles.may_import_referents)
@require_POST
def referent_import_confirm(request: SignedInRequest, pk: int | None = None) -> HttpResponse:
    structure = _structure(request, pk)
    kept = _kept(request, structure)
    if kept is None:
        return _onwards(request, "", pk)
    rows, answers = kept
    try:
        written = import_roster(
            structure=structure,
            rows=rows,
            answers=answers,
            expected=request.POST.get("apercu", ""),
            actor=request.user,
            now=clock.now(),
        )
    except TrainingRefused as refusal:
        messages.error(request, f"Rien n’est ajouté. {refusal}")
        return _onwards(request, "check", pk)
    del request.session[KEPT]
    end = ". Il reste à joindre les attestations." if written.trainings else " à la liste."
    messages.success(request, f"{written.words}{end}")
    return redirect(_back(request, pk))


@only_for(roles.may_import_referents)
@require_POST
def referent_import_drop(request: SignedInRequest, pk: int | None = None) -> HttpResponse:
    """Give up: the lines read and the answers given are kept no longer. The file itself never was."""
    structure = _structure(request, pk)
    if request.session.get(KEPT, {}).get("structure") == structure.pk:
        del request.session[KEPT]
    messages.info(request, "Rien n’est ajouté\u00a0: les lignes lues sont effacées.")
    return redirect(_back(request, pk))


@only_for(roles.may_import_referents)
@require_safe
def import_template_file(request: SignedInRequest) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{NAME}"'}
    return HttpResponse(import_template(_modules()), content_type=CONTENT_TYPE, headers=headers)


@only_for(roles.may_import_referents)
@require_POST
def past_training_drop(request: SignedInRequest, pk: int) -> HttpResponse:
    training: PastTraining = get_object_or_404(PastTraining.objects.visible_to(request.user), pk=pk)
    drop_past_training(training=training, actor=request.user)
    messages.success(request, "La formation notée est retirée.")
    return redirect("referent_training", training.referent_id)


def _structure(request: SignedInRequest, pk: int | None) -> Structure:
    """One's own, or the one that the address names."""
    seen: QuerySet[Structure] = Structure.objects.visible_to(request.user)
    if pk is None and not roles.is_structure(request.user):
        raise PermissionDenied
    return get_object_or_404(seen, pk=request.user.structure_id if pk is None else pk)


def _kept(request: SignedInRequest, structure: Structure) -> tuple[tuple[ImportRow, ...], Answers] | None:
    """The lines read for this structure, with the answers given."""
    kept = request.session.get(KEPT)
    if kept is None or kept.get("version") != VERSION or kept["structure"] != structure.pk:
        return None
    return unpack(kept["rows"]), {int(line): answer for line, answer in kept["answers"].items()}


def _texts(answers: Mapping[int, str]) -> dict[str, str]:
    return {str(line): answer for line, answer in answers.items()}


def _address(name: str, pk: int | None) -> str:
    """`name`: "", "check", "confirm" or "drop"."""
    whole = f"{'referent' if pk is None else 'structure'}_import{f'_{name}' if name else ''}"
    return reverse(whole, args=[] if pk is None else [pk])


def _back(request: SignedInRequest, pk: int | None) -> str:
    """The page that led here, a step of the filing for instance; else the list."""
    return safe_next(request, reverse("referent_list") if pk is None else reverse("coverage_detail", args=[pk]))


def _onwards(request: SignedInRequest, name: str, pk: int | None) -> HttpResponse:
    """To another page of this room, which knows where to go back to."""
    back = safe_next(request, "")
    return redirect(_address(name, pk) + (f"?{urlencode({'next': back})}" if back else ""))


def _around(request: SignedInRequest, structure: Structure, pk: int | None) -> dict[str, Any]:
    return {
        "structure": structure,
        "own": pk is None,
        "back": _back(request, pk),
        "start_url": _address("", pk),
        "check_url": _address("check", pk),
        "confirm_url": _address("confirm", pk),
        "drop_url": _address("drop", pk),
    }


def _modules() -> list[Module]:
    """Those that somebody may have followed."""
    return [module for module in catalogue(today=clock.today()).modules if module.counts]


def _course(rulebook: Rulebook, row: ImportRow) -> str:
    return course_title(rulebook, row.training.module, row.training.part) if row.training else ""
