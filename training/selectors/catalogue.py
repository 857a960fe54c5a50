"""The modules that one may follow: those of Annex 1, then those that the Département added (CdC 5-1)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction

from accounts.models import Territory
from rulebook.book import current_rulebook
from rulebook.clauses import Module, Rulebook
from rulebook.enums import ModuleCategory
from training.models import ModuleEdition


def catalogue(*, today: date) -> Rulebook:
    """The deliberation in force with all the modules of the Département: one query."""
    return extended(current_rulebook(), today=today)


def naming(*codes: str) -> Rulebook:
    """What gives the names of these modules: without any query as long as they are Annex 1's."""
    rulebook = current_rulebook()
    known = {module.id for module in rulebook.modules}
    return rulebook if known.issuperset(codes) else extended(rulebook, today=date.max)


def extended(rulebook: Rulebook, *, today: date, at: datetime | None = None) -> Rulebook:
    """`rulebook` with the modules of the Département, as worded `at` that instant, or now.

    What came after `at` is named, since attestations may bear it, and neither counts nor is offered: a file is judged
    by the catalogue of its filing.
    """
    added = [_module(edition, today=today, at=at) for edition in _editions(at)]
    return replace(rulebook, modules=(*rulebook.modules, *_housed(added))) if added else rulebook


def editions_of(code: str) -> list[ModuleEdition]:
    """Every wording of an added module, the last one first."""
    return list(ModuleEdition.objects.filter(module__code=code).select_related("module", "author").order_by("-pk"))


def current_editions() -> list[ModuleEdition]:
    """The wording in force of each added module, in the order of their codes."""
    return list(_editions(None))


def duration_words(half_days: int | None, hours: object) -> str:
    """« demi-journée », « 1 jour », « 1,5 jour », « 2 h »; nothing when no duration is given."""
    if hours:
        return f"{_number(Fraction(str(hours)))} h"
    if not half_days:
        return ""
    days = Fraction(half_days, 2)
    return "demi-journée" if half_days == 1 else f"{_number(days)} jour{'s' if days >= 2 else ''}"


def _editions(at: datetime | None) -> Iterable[ModuleEdition]:
    """The last edition of each module, before `at` when there is one."""
    last: dict[int, ModuleEdition] = {}
    for edition in ModuleEdition.objects.select_related("module").order_by("module", "pk"):
        if edition.module_id not in last or at is None or edition.at <= at:
            last[edition.module_id] = edition
    return last.values()


def _module(edition: ModuleEdition, *, today: date, at: datetime | None) -> Module:
    known = (at is None or edition.at <= at) and edition.starts_on <= today
    return Module(
        id=edition.module.code,
        title=edition.title,
        short_title=edition.short_title,
        compulsory=False,
        category=ModuleCategory(edition.category),
        section="5-1",
        objectives=tuple(edition.objectives),
        duration=duration_words(edition.half_days, edition.hours),
        days=Fraction(edition.half_days, 2) if edition.half_days else None,
        hours=Fraction(str(edition.hours)) if edition.hours else None,
        territories=tuple(edition.territories),
        starts_on=edition.starts_on,
        withdrawn_on=edition.withdrawn_on,
        counts=known,
        offered=known and edition.withdrawn_on is None,
    )


def _housed(modules: list[Module]) -> list[Module]:
    """A territory merged into another leaves it its modules. No query as long as none is for some territories only."""
    if not any(module.territories for module in modules):
        return modules
    merged = Territory.objects.exclude(merged_into=None).values_list("slug", "merged_into__slug")
    host = dict(merged)
    return [
        replace(
            module, territories=tuple(dict.fromkeys(s for slug in module.territories or () for s in _line(slug, host)))
        )
        for module in modules
    ]


def _line(slug: str, host: dict[str, str]) -> list[str]:
    """The territory and those it was merged into, one after the other."""
    found = [slug]
    while (after := host.get(found[-1])) and after not in found:
        found.append(after)
    return found


def _number(value: Fraction) -> str:
    return f"{float(value):g}".replace(".", ",")
