"""A contract that the check holds: its pages with what was found, decided sign by sign, by the people who sent it."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from applications.forms.masking import MaskingForm
from applications.views.filing import member
from core import clock
from core.forms import sent
from documents.enums import FileState
from documents.masking import FileChanged, MaskingRefused, mask_file
from documents.models import Finding, StoredFile
from documents.rulings import Place, open_findings
from evaluation.enums import PanelStage
from evaluation.models import Cer
from evaluation.selectors import next_to_fix

STRONG, FAIR = 90, 70


@dataclass(frozen=True, slots=True)
class Sign:
    """One finding on the screen: its number, its two fields, its places in percent of the page."""

    number: int
    finding: Finding
    ruling: Any
    why: Any

    @property
    def choice(self) -> str:
        return self.ruling.value() or ""

    @property
    def places(self) -> list[dict[str, float]]:
        return [_in_percent(box) for box in self.finding.boxes]

    @property
    def strength(self) -> str:
        if self.finding.confidence >= STRONG:
            return "Indice fort"
        return "Indice moyen" if self.finding.confidence >= FAIR else "Indice faible"


@require_http_methods(["GET", "POST"])
def cer_mask(request: HttpRequest, pk: int) -> HttpResponse:
    """Every sign is decided in one sending; what is refused comes back as it was typed."""
    cer = _own(request, pk)
    held = cer.file
    if held is None or held.state != FileState.TO_FIX:
        if request.method == "POST":
            messages.warning(request, f"{cer.reference}\u00a0: {FileChanged()}")
        return redirect(_cer_url(cer))
    form = _form(request, held)
    if request.method != "POST":
        return _page(request, cer, held, form)
    if not form.is_valid():
        return _page(request, cer, held, form, status=422)
    try:
        file = mask_file(
            file=held,
            seen=form.cleaned_data["seen"],
            decisions=form.decisions,
            boxes=form.drawn,
            actor=member(request),
            now=clock.now(),
        )
    except FileChanged as error:
        return _page(request, cer, held, _form(None, held), status=409, changed=str(error))
    except MaskingRefused as error:
        form.add_error(None, str(error))
        return _page(request, cer, held, form, status=422)
    done = "prêt, tel quel" if file.is_ready else "masqué. Le fichier refait est contrôlé de nouveau"
    messages.success(request, f"{cer.reference}\u00a0: {done}.")
    following = next_to_fix(cer)
    return redirect("cer_mask", pk=following.pk) if following else redirect(_cers_url(cer))


def _own(request: HttpRequest, pk: int) -> Cer:
    cers = Cer.objects.visible_to(member(request)).select_related("panel", "referent", "file")
    return get_object_or_404(cers, pk=pk)


def _form(request: HttpRequest | None, file: StoredFile) -> MaskingForm:
    return MaskingForm(
        sent(request) if request else None,
        initial={"seen": file.sha256},
        findings=open_findings(file),
        page_count=file.page_count,
    )


def _page(
    request: HttpRequest, cer: Cer, file: StoredFile, form: MaskingForm, *, status: int = 200, changed: str = ""
) -> HttpResponse:
    signs = [Sign(number, *row) for number, row in enumerate(form.rows, 1)]
    context = {
        "cer": cer,
        "form": form,
        "signs": signs,
        "decided": sum(bool(sign.choice) for sign in signs),
        "pages": [
            (number, [sign for sign in signs if sign.finding.page == number])
            for number in range(1, file.page_count + 1)
        ],
        "removed": file.findings.filter(holds=False),
        "changed": changed,
        "cers_url": _cers_url(cer),
        "cer_url": _cer_url(cer),
    }
    return render(request, "applications/filing/mask.html", context, status=status)


def _cers_url(cer: Cer) -> str:
    return reverse("filing_cers") if cer.panel.stage == PanelStage.DRAFT else reverse("cer_to_replace", args=[cer.pk])


def _cer_url(cer: Cer) -> str:
    """Where its structure finds this CER: in the draft, or among what it has to replace."""
    return reverse("filing_cer" if cer.panel.stage == PanelStage.DRAFT else "cer_to_replace", args=[cer.pk])


def _in_percent(box: Place) -> dict[str, float]:
    left, top, right, bottom = (round(100 * side, 3) for side in box)
    return {
        "left": left, "top": top, "width": round(right - left, 3), "height": round(bottom - top, 3),
        "pin": max(left, 4),
    }  # fmt: skip
