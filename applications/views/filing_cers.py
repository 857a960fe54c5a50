"""Step 3: five anonymised CERs for each référent."""

from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Referent
from applications import selectors, uploads
from applications.filing import DraftState, Step, draft_state
from applications.forms.filing import CerFilesForm, OneFileForm, ShortPanelForm
from applications.models import Application
from applications.uploads import UploadRefused
from applications.views.filing import is_upload, member, render_step, upload_answer, with_draft
from applications.views.filing_certificates import say_received
from core import clock
from core.forms import sent
from documents.enums import FileState
from evaluation import services as evaluation
from evaluation.errors import EvaluationRefused
from evaluation.forms import CerDetailsForm
from evaluation.models import Cer, CerToSort, PanelDraw
from evaluation.selectors import left_to_draw, panel_cers, standing_draws
from rulebook.enums import ReferenceMode


@dataclass(frozen=True, slots=True)
class Folio:
    """One of the référent's places: a CER, one that was drawn and waits for its file, or a place to fill."""

    reference: str
    cer: Cer | None

    @property
    def to_join(self) -> str:
        """The drawn reference whose file is still to be sent."""
        return self.cer.drawn_as if self.cer and self.cer.file is None else ""

    @property
    def needs_a_hand(self) -> bool:
        return bool(self.cer and self.cer.file and self.cer.file.needs_a_hand)


@dataclass(frozen=True, slots=True)
class FolioRow:
    referent: Referent
    folios: tuple[Folio, ...]
    held: int
    wanted: int
    reason: str
    draw: PanelDraw | None

    @property
    def is_short(self) -> bool:
        return self.held < self.wanted

    @property
    def lacks_contracts(self) -> bool:
        """Fewer than asked may exist: a written reason is owed then."""
        full = self.draw and self.draw.day_id and len(self.folios) >= self.wanted
        return self.is_short and not full

    @property
    def to_list(self) -> bool:
        """Nothing says yet how these CERs are chosen."""
        return self.draw is None and not self.reason

    @property
    def to_add(self) -> int:
        """Places that wait for a file."""
        return sum(not folio.cer or bool(folio.to_join) for folio in self.folios)

    @property
    def needs_a_hand(self) -> bool:
        return any(folio.needs_a_hand for folio in self.folios)

    def to_mend(self) -> "FolioRow":
        """The same row, with what needs a hand alone."""
        return replace(self, folios=tuple(folio for folio in self.folios if folio.needs_a_hand))


@require_GET
@with_draft
def filing_cers(request: HttpRequest, draft: Application) -> HttpResponse:
    referents = selectors.counted_referents(draft, today=clock.today())
    form = CerFilesForm(initial={"referent": request.GET.get("referent", "")}, referents=referents)
    return _page(request, draft, form)


@require_POST
@with_draft
def filing_cers_add(request: HttpRequest, draft: Application) -> HttpResponse:
    """Take in one CER or many; each finds its référent by its name, its words, or the list."""
    referents = selectors.counted_referents(draft, today=clock.today())
    form = CerFilesForm(request.POST, request.FILES, referents=referents)
    if not form.is_valid():
        wrong = str(next(iter(form.errors.values()))[0])
        return upload_answer(wrong) if is_upload(request) else _page(request, draft, form, status=422)
    kept, refused = uploads.receive_each(
        form.cleaned_data["uploads"],
        lambda file: uploads.receive_cer(
            application=draft,
            upload=file,
            referent=form.cleaned_data["referent"],
            actor=member(request),
            now=clock.now(),
            today=clock.today(),
        ),
    )
    if is_upload(request):
        return upload_answer(refused[0][1] if refused else "", _where(kept[0]) if kept else "")
    say_received(request, len(kept), refused)
    return redirect("filing_cers")


def _where(received: Cer | CerToSort) -> str:
    place = received.reference if isinstance(received, Cer) else "à ranger"
    return f"Reçu\u00a0: {place}, contrôle en cours"


@require_POST
@with_draft
def filing_cer_sort(request: HttpRequest, draft: Application, pk: int) -> HttpResponse:
    """Say for whom a contract is that does not say it itself."""
    waiting = get_object_or_404(draft.panel.to_sort, pk=pk)
    referents = selectors.counted_referents(draft, today=clock.today())
    referent = next((one for one in referents if one.code == request.POST.get("referent")), None)
    try:
        if referent is None:
            raise EvaluationRefused("Choisissez le référent dans la liste.")
        cer = evaluation.sort_cer(waiting=waiting, referent=referent, actor=member(request), now=clock.now())
        messages.success(request, f"Rangé\u00a0: {cer.reference}.")
    except EvaluationRefused as error:
        messages.error(request, str(error))
    return redirect("filing_cers")


@require_POST
@with_draft
def filing_cer_take_back(request: HttpRequest, draft: Application, pk: int) -> HttpResponse:
    """Take back a contract that has no référent yet."""
    waiting = get_object_or_404(draft.panel.to_sort, pk=pk)
    try:
        evaluation.remove_cer_to_sort(waiting=waiting, actor=member(request))
        messages.success(request, "Fichier retiré.")
    except EvaluationRefused as error:
        messages.error(request, str(error))
    return redirect("filing_cers")


@require_http_methods(["GET", "POST"])
@with_draft
def filing_cer(request: HttpRequest, draft: Application, pk: int) -> HttpResponse:
    """One CER: its pages, its type, its N° CAF."""
    cer = _own(draft, pk)
    form = CerDetailsForm(sent(request), cer=cer)
    if request.method == "POST" and form.is_valid() and _save_details(request, cer, form):
        messages.success(request, f"{cer.reference}\u00a0: informations enregistrées.")
        return redirect("filing_cers")
    return _cer_page(request, draft, cer, form=form)


@require_POST
@with_draft
def filing_cer_replace(request: HttpRequest, draft: Application, pk: int) -> HttpResponse:
    cer = _own(draft, pk)
    form = OneFileForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            replaced = uploads.replace_cer(
                application=draft,
                cer=cer,
                upload=form.cleaned_data["file"],
                actor=member(request),
                now=clock.now(),
            )
            messages.success(request, f"{cer.reference}\u00a0: {_said(replaced, first=cer.file is None)}")
            return redirect("filing_cer", pk=cer.pk)
        except UploadRefused as error:
            form.add_error("file", f"{error} Le fichier déjà déposé est gardé." if cer.file else str(error))
    return _cer_page(request, draft, cer, replace_form=form)


def _said(cer: Cer, *, first: bool) -> str:
    if first:
        return "fichier reçu, en cours de contrôle."
    kept = "Le précédent est gardé jusque-là." if cer.former else "Revoyez son auto-évaluation."
    return f"nouveau fichier en cours de contrôle. {kept}"


@require_POST
@with_draft
def filing_cer_restore(request: HttpRequest, draft: Application, pk: int) -> HttpResponse:
    """« Reprendre le fichier précédent », in the place of a replacement that is not ready."""
    cer = _own(draft, pk)
    try:
        evaluation.restore_cer_file(cer=cer, actor=member(request))
        messages.success(request, f"{cer.reference}\u00a0: le fichier précédent est repris. Il est prêt.")
    except EvaluationRefused as error:
        messages.error(request, str(error))
    return redirect("filing_cer", pk=cer.pk)


@require_POST
@with_draft
def filing_cer_remove(request: HttpRequest, draft: Application, pk: int) -> HttpResponse:
    cer = _own(draft, pk)
    try:
        evaluation.remove_cer(cer=cer, actor=member(request), now=clock.now(), place_too=not _counts(draft, cer))
        messages.success(request, f"{cer.reference} est retiré.")
    except EvaluationRefused as error:
        messages.error(request, str(error))
    return redirect("filing_cers")


@require_http_methods(["GET", "POST"])
@with_draft
def filing_short_panel(request: HttpRequest, draft: Application, code: str) -> HttpResponse:
    """Why a référent has fewer than five CERs (A13)."""
    referent = get_object_or_404(Referent, structure=draft.structure_id, code=code)
    known = draft.panel.short_panels.filter(referent=referent).values_list("reason", flat=True).first()
    form = ShortPanelForm(sent(request), initial={"reason": known})
    if request.method == "POST" and form.is_valid():
        try:
            evaluation.set_short_panel_reason(
                panel=draft.panel, referent=referent, reason=form.cleaned_data["reason"], actor=member(request)
            )
            messages.success(request, "Motif enregistré." if form.cleaned_data["reason"].strip() else "Motif retiré.")
            return redirect("filing_cers")
        except EvaluationRefused as error:
            form.add_error(None, str(error))
    return render_step(
        request,
        draft,
        Step.CERS,
        {"referent": referent, "form": form, "held": draft.panel.cers.filter(referent=referent).count()},
        template="applications/filing/short_panel.html",
        status=422 if form.errors else 200,
    )


def _page(request: HttpRequest, draft: Application, form: CerFilesForm, *, status: int = 200) -> HttpResponse:
    state = draft_state(draft, today=clock.today())
    rows = _rows(draft, state)
    cers = [folio.cer for row in rows for folio in row.folios if folio.cer]
    to_sort = list(draft.panel.to_sort.select_related("file"))
    files = [*(cer.file for cer in cers if cer.file), *(waiting.file for waiting in to_sort)]
    to_mend = sum(file.needs_a_hand for file in files)
    alone = bool(to_mend) and request.GET.get("voir") == "a-corriger"
    return render_step(
        request,
        draft,
        Step.CERS,
        {
            "form": form,
            "rows": [row.to_mend() for row in rows if row.needs_a_hand] if alone else rows,
            "alone": alone,
            "to_fix": next((cer for cer in cers if cer.file and cer.file.state == FileState.TO_FIX), None),
            "to_sort": to_sort,
            "ready": sum(bool(cer.contract_type and cer.file and cer.file.is_ready) for cer in cers),
            "untyped": sum(bool(not cer.contract_type and cer.file and cer.file.is_ready) for cer in cers),
            "waiting": sum(file.is_waiting for file in files),
            "to_mend": to_mend,
            "to_add": sum(row.to_add for row in rows),
            "to_list": sum(row.to_list for row in rows),
        },
        state=state,
        status=status,
    )


def _rows(draft: Application, state: DraftState) -> list[FolioRow]:
    wanted = selectors.rulebook_of(draft).integer("cer.min_per_referent")
    held: dict[str, list[Cer]] = {}
    for cer in panel_cers(draft.panel):
        held.setdefault(cer.referent.code, []).append(cer)
    reasons = dict(draft.panel.short_panels.values_list("referent__code", "reason"))
    draws = standing_draws(draft.panel)
    referents = {referent.code: referent for referent in draft.structure.referents.order_by("code")}
    counted = [referent.code for referent in state.covered.counted]
    codes = sorted({*counted, *held})
    return [_row(referents[code], held.get(code, []), wanted, reasons.get(code, ""), draws.get(code)) for code in codes]


def _row(referent: Referent, cers: list[Cer], wanted: int, reason: str, draw: PanelDraw | None) -> FolioRow:
    """The places that were drawn, for one sample or for two; five to fill after a draw on paper, unless a reason for
    fewer is written."""
    by_number = {cer.number: cer for cer in cers}
    on_paper = draw and not draw.day_id
    numbers = range(1, wanted + 1) if on_paper and not reason else sorted(by_number)
    folios = tuple(Folio(f"{referent.code}-CER{number}", by_number.get(number)) for number in numbers)
    return FolioRow(referent, folios, sum(bool(cer.file) for cer in cers), max(wanted, len(cers)), reason, draw)


def _cer_page(
    request: HttpRequest,
    draft: Application,
    cer: Cer,
    *,
    form: Any = None,
    replace_form: OneFileForm | None = None,
) -> HttpResponse:
    wrong = bool((form and form.errors) or (replace_form and replace_form.errors))
    return render_step(
        request,
        draft,
        Step.CERS,
        {
            "cer": cer,
            "form": form or CerDetailsForm(cer=cer),
            "replace_form": replace_form or OneFileForm(),
            "left": left_to_draw(cer) if cer.drawn_as and not cer.file and _counts(draft, cer) else (),
            "pages": range(1, cer.file.page_count + 1) if cer.file and cer.file.is_ready else (),
            "with_caf": cer.panel.rulebook.choice("cer.reference_mode") != ReferenceMode.NEUTRAL,
        },
        template="applications/filing/cer.html",
        status=422 if wrong else 200,
    )


def _counts(draft: Application, cer: Cer) -> bool:
    return cer.referent in selectors.counted_referents(draft, today=clock.today())


def _save_details(request: HttpRequest, cer: Cer, form: CerDetailsForm) -> bool:
    """Both or neither; the N° CAF in place stays unless another is typed."""
    field = None
    try:
        with transaction.atomic():
            evaluation.set_contract_type(
                cer=cer, contract_type=form.cleaned_data["contract_type"], actor=member(request), now=clock.now()
            )
            field = "caf_number" if "caf_number" in form.fields else None
            if form.wanted_caf is not None:
                evaluation.set_caf_number(cer=cer, caf_number=form.wanted_caf, actor=member(request))
    except EvaluationRefused as error:
        form.add_error(field, str(error))
        return False
    return True


def _own(draft: Application, pk: int) -> Cer:
    cer = get_object_or_404(draft.panel.cers.select_related("referent", "file"), pk=pk)
    cer.panel = draft.panel
    return cer
