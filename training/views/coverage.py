"""Who is trained in what: a structure's table, each référent's page, and the structures that one follows."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from accounts import roles
from accounts.guards import SignedInRequest, only_for
from accounts.models import Referent, Structure
from core import clock
from core.workbooks import CONTENT_TYPE, Sheet, write_workbook
from rulebook.clauses import Rulebook
from training.cards import course_title, dates_words
from training.coverage import UNMET, Coverage, ObligationState, Status, newcomer_until, obligation_title
from training.enums import CertificateState
from training.forms import StructureSearch
from training.overview import PAPER, SIGNS, build_overview, detail
from training.papers import paper_page
from training.rights import may_read_coverage, may_read_plan
from training.selectors import coverage_of, coverages_of, local_rulebook
from training.selectors import sessions as sessions_selectors
from training.selectors.catalogue import catalogue
from training.selectors.past import noted_trainings, unproven_trainings
from training.ways import Noted, SessionFacts, Step, awaits_paper, fixes, shortest_way

PAGE_SIZE = 25
FIRST = 10
"""Référents who block and steps shown; the table has them all."""


@require_safe
@only_for(may_read_plan)
def coverage_list(request: SignedInRequest) -> HttpResponse:
    """The structures that the agent follows, with where each stands."""
    search = StructureSearch(request.GET)
    asked = search.cleaned_data if search.is_valid() else {}
    page = Paginator(_searched(request.user, asked), PAGE_SIZE).get_page(request.GET.get("page"))
    shown = Structure.objects.filter(pk__in=[structure.pk for structure in page]).order_by("name", "pk")
    rows = coverages_of(shown, rulebook=catalogue(today=clock.today()), today=clock.today())
    context = {
        "search": search,
        "narrowed": any(asked.values()),
        "page_obj": page,
        "rows": [
            {"structure": structure, "covered": covered, "missing": sum(covered.blocking.values())}
            for structure, covered in rows
        ],
    }
    return render(request, "training/coverage_list.html", context)


@require_safe
@only_for(may_read_coverage)
def coverage_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """One structure: référents × obligations, who blocks the label, and what would unblock it."""
    today, structure = clock.today(), _structure(request, pk)
    local = local_rulebook(structure, catalogue(today=today))
    covered = coverage_of(structure, rulebook=local, today=today)
    facts = sessions_selectors.session_facts(structure, today=today)
    noted = noted_trainings(structure)
    overview = build_overview(covered, local, facts, today=today, noted=noted)
    way = shortest_way(local, covered, facts, today=today, noted=noted)
    names = {referent.code: referent.name for referent in covered.counted}
    ids = dict(structure.referents.values_list("code", "pk"))
    blocking = [(ids[code], names[code], count) for code, count in covered.blocking.items()]
    context = {
        **_standing(covered),
        "structure": structure,
        "overview": overview,
        "rows": [(ids[row.code], row) for row in overview.rows],
        "blocking": blocking[:FIRST],
        "blocking_more": len(blocking) - FIRST,
        "way": way,
        "steps": [(names[step.referent_code], step, _paper(request, step)) for step in way.steps[:FIRST]],
        "steps_more": len(way.steps) - FIRST,
        "not_counted": [(ids[each.code], each, covered.exclusions[each.code]) for each in covered.not_counted],
        "session_url": _session_url(request),
        "own": roles.is_structure(request.user),
        "may_import": roles.may_import_referents(request.user),
    }
    return render(request, "training/coverage_detail.html", context)


@require_safe
@only_for(may_read_coverage)
def coverage_export(request: SignedInRequest, pk: int) -> HttpResponse:
    """The same table as a spreadsheet, with those who are not counted and why."""
    today, structure = clock.today(), _structure(request, pk)
    local = local_rulebook(structure, catalogue(today=today))
    covered = coverage_of(structure, rulebook=local, today=today)
    overview = build_overview(covered, local, today=today, noted=noted_trainings(structure))
    table = Sheet(
        "Référents et modules",
        ["Code", "Référent", *(column.title for column in overview.columns)],
        [
            [row.code, row.name, *(", ".join(filter(None, [cell.word, cell.detail])) for cell in row.cells)]
            for row in overview.rows
        ],
    )
    others = Sheet(
        "Non comptés",
        ["Code", "Référent", "Pourquoi"],
        [[each.code, each.name, covered.exclusions[each.code]] for each in covered.not_counted],
    )
    name = f"formations-{slugify(structure.name)}-{today:%Y-%m-%d}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(write_workbook(table, others), content_type=CONTENT_TYPE, headers=headers)


@require_safe
@only_for(may_read_coverage)
def referent_training(request: SignedInRequest, pk: int) -> HttpResponse:
    """One référent: each obligation and what it rests on, attestations, sessions, and the plan of a newcomer."""
    today = clock.today()
    rulebook = catalogue(today=today)
    people: QuerySet[Referent] = Referent.objects.visible_to(request.user)
    referent = get_object_or_404(people.select_related("structure__lead_territory"), pk=pk)
    structure = referent.structure
    local = local_rulebook(structure, rulebook)
    excluded = coverage_of(structure, rulebook=local, today=today).exclusions.get(referent.code, "")
    covered = coverage_of(structure, rulebook=local, today=today, codes={referent.code})
    facts = sessions_selectors.session_facts(structure, today=today)
    noted = noted_trainings(structure)
    way = shortest_way(local, covered, facts, today=today, noted=noted)
    until = newcomer_until(local, covered.counted[0])
    context = {
        **_standing(covered),
        "referent": referent,
        "structure": structure,
        "excluded": excluded,
        "obligations": [
            _obligation(cell, local, facts, noted, referent.left_on) for cell in covered.row(referent.code)
        ],
        "way": way if not excluded else None,
        "steps": [(step, _paper(request, step)) for step in way.steps],
        "until": until if until and until >= today else None,
        **_followed(referent, rulebook),
        "noted": [
            (course_title(rulebook, each.module, each.part), each)
            for each in unproven_trainings(structure).filter(referent=referent)
        ],
        "session_url": _session_url(request),
        "own": roles.is_structure(request.user),
        "may_import": roles.may_import_referents(request.user),
    }
    return render(request, "training/referent.html", context)


def _followed(referent: Referent, rulebook: Rulebook) -> dict[str, Any]:
    """The attestations and the enrolments of one référent, the last ones first."""
    return {
        "certificates": [
            (course_title(rulebook, row.module, row.part), row)
            for row in referent.certificates.exclude(state=CertificateState.TO_SORT).order_by("-followed_on", "-pk")
        ],
        "enrolments": [
            (course_title(rulebook, row.session.module, row.session.part), dates_words(row.session), row)
            for row in referent.enrolments.select_related("session").order_by("-session__starts_on", "-pk")
        ],
    }


def _obligation(
    cell: ObligationState,
    rulebook: Any,
    facts: list[SessionFacts],
    noted: Collection[Noted],
    left_on: date | None,
) -> dict[str, Any]:
    sign, word = SIGNS[cell.status]
    paper = cell.status in UNMET and awaits_paper(cell, noted)
    useful = fixes(cell, facts, today=clock.today(), noted=noted, left_on=left_on) if cell.status in UNMET else ()
    return {
        "cell": cell,
        "title": obligation_title(rulebook, cell.obligation),
        "sign": sign,
        "word": PAPER[0] if paper else word,
        "detail": PAPER[1] if paper else detail(cell, rulebook),
        "sessions": [
            (course_title(rulebook, session.module_id, session.part), session, cell.referent_code in session.enrolled)
            for session in useful[:3]
        ],
        "unmet": cell.status in UNMET and not paper,
    }


def _standing(covered: Coverage) -> dict[str, Any]:
    """The verdict and the figures of the head of the page."""
    return {
        "covered": covered,
        "held": sum(cell.is_held for cell in covered.cells.values()),
        "to_check": sum(cell.status is Status.TO_CHECK and not cell.is_held for cell in covered.cells.values()),
    }


def _structure(request: SignedInRequest, pk: int) -> Structure:
    seen: QuerySet[Structure] = Structure.objects.visible_to(request.user)
    return get_object_or_404(seen.select_related("lead_territory"), pk=pk)


def _session_url(request: SignedInRequest) -> str:
    """A structure enrols; an agent reads the plan."""
    return "session_enrol" if roles.is_structure(request.user) else "session_detail"


def _paper(request: SignedInRequest, step: Step) -> str:
    """Where the structure's own people send the paper that is asked for."""
    return paper_page(step) if roles.is_structure(request.user) else ""


def _searched(user: Any, asked: dict[str, Any]) -> QuerySet[Structure]:
    rows: QuerySet[Structure] = Structure.objects.visible_to(user)
    if asked.get("q"):
        rows = rows.filter(name__icontains=asked["q"]) | rows.filter(siret__startswith="".join(asked["q"].split()))
    if asked.get("territoire"):
        rows = rows.filter(lead_territory=asked["territoire"])
    return rows.order_by("name", "pk")
