"""A self-evaluation filled in a spreadsheet: the template, the file read, what it would do, then all of it at once.

Mounted by `applications` within the filing, as the other screens of the self-evaluation.
"""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from core import clock
from core.sandbox import FileRefused
from core.workbooks import CONTENT_TYPE
from documents.tables import read_sheet
from evaluation import grid
from evaluation.enums import Round
from evaluation.errors import EvaluationRefused
from evaluation.filled import SHEET, Filled, FilledTable, FilledUnreadable, KnownCer, plan_filled, read_filled
from evaluation.filled_template import filled_template
from evaluation.forms import FilledForm
from evaluation.models import Panel
from evaluation.selectors import panel_cers
from evaluation.services import import_self_scorings
from evaluation.views.self_evaluation import SelfEvaluation

KEPT = "self_import"
FAULTS_SHOWN = 50


class SelfImport(SelfEvaluation):
    """What the pages of the import share. The lines read wait in the session; the file itself is never kept."""

    start_name = "filing_self_import"
    check_name = "filing_self_import_check"
    confirm_name = "filing_self_import_confirm"
    drop_name = "filing_self_import_drop"
    template_file_name = "filing_self_template"

    def plan(self, panel: Panel) -> Filled | None:
        """None when nothing was read for this panel."""
        kept = self.request.session.get(KEPT)
        if kept is None or kept["panel"] != panel.pk:
            return None
        return plan_filled(FilledTable.from_json(kept["table"]), known_cers(panel), panel.rulebook.grid)

    def around(self) -> dict[str, Any]:
        names = ("start", "check", "confirm", "drop", "template_file", "overview")
        return {f"{name}_url": reverse(getattr(self, f"{name}_name")) for name in names} | {"steps": self.get_steps()}


class SelfTemplate(SelfImport):
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        panel = self.get_panel()
        content = filled_template(known_cers(panel), panel.rulebook.grid)
        headers = {"Content-Disposition": 'attachment; filename="auto-evaluation.xlsx"', "Cache-Control": "no-store"}
        return HttpResponse(content, content_type=CONTENT_TYPE, headers=headers)


class SelfImportStart(SelfImport):
    """Choose the file; it is read at once."""

    http_method_names = ["get", "head", "post"]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        self.get_panel()
        return self.page(FilledForm())

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        panel = self.get_panel()
        form = FilledForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.page(form)
        try:
            lines, formulas = read_sheet(form.cleaned_data["file"].read(), SHEET)
            table = read_filled(lines, formulas, panel.rulebook.grid)
        except (FileRefused, FilledUnreadable) as refusal:
            form.add_error("file", str(refusal))
            return self.page(form)
        request.session[KEPT] = {"panel": panel.pk, "table": table.as_json()}
        return HttpResponseRedirect(reverse(self.check_name))

    def page(self, form: FilledForm) -> HttpResponse:
        status = 422 if form.errors else 200
        return render(self.request, "evaluation/self_import.html", {"form": form, **self.around()}, status=status)


class SelfImportCheck(SelfImport):
    """What each CER would become, or every cell to correct."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        panel = self.get_panel()
        plan = self.plan(panel)
        if plan is None:
            return HttpResponseRedirect(reverse(self.start_name))
        lines = panel.rulebook.grid
        context = {
            "plan": plan,
            "faults": plan.faults[:FAULTS_SHOWN],
            "more_faults": max(0, len(plan.faults) - FAULTS_SHOWN),
            "rows": [(each, grid.score(lines, each.contract_type, each.ticks)) for each in plan.to_write],
            "reopened": sum(each.reopens for each in plan.to_write),
            **self.around(),
        }
        return render(request, "evaluation/self_import_check.html", context)


class SelfImportConfirm(SelfImport):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        panel = self.get_panel()
        plan = self.plan(panel)
        if plan is None:
            return HttpResponseRedirect(reverse(self.start_name))
        if not plan.to_write or plan.digest != request.POST.get("apercu", ""):
            messages.error(request, "Rien n’est écrit\u00a0: un CER a changé depuis la lecture. Relisez les lignes.")
            return HttpResponseRedirect(reverse(self.check_name))
        actor: Any = request.user
        try:
            written = import_self_scorings(panel=panel, entries=plan.to_write, actor=actor, now=clock.now())
        except EvaluationRefused as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(reverse(self.check_name))
        del request.session[KEPT]
        messages.success(request, f"{written} CER importé{'s' if written > 1 else ''}. Il reste à les valider un à un.")
        return HttpResponseRedirect(reverse(self.overview_name))


class SelfImportDrop(SelfImport):
    """Give up: the lines read are kept no longer."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        self.get_panel()
        request.session.pop(KEPT, None)
        messages.info(request, "Rien n’est écrit\u00a0: les lignes lues sont effacées.")
        return HttpResponseRedirect(reverse(self.overview_name))


def known_cers(panel: Panel) -> list[KnownCer]:
    """The CERs of the panel with their self-evaluation as it stands."""
    found = []
    for cer in panel_cers(panel, Round.SELF):
        own = next((each for each in cer.scorings.all() if each.round == Round.SELF), None)
        if own is None:
            found.append(KnownCer(cer.reference, cer.contract_type))
        else:
            ticks = tuple(own.ticks)
            found.append(KnownCer(cer.reference, cer.contract_type, ticks, own.version, bool(own.validated_at)))
    return found
