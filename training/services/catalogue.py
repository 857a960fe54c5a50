"""The catalogue of the Département (CdC 5-1): the DPID adds optional modules, words them anew, withdraws them."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from core import clock
from core.french import plural
from core.models import RegisterNumber
from core.versions import check_version
from rulebook.book import current_rulebook
from rulebook.enums import ModuleCategory
from training.enums import SessionState
from training.exceptions import TrainingRefused
from training.models import LocalModule, ModuleEdition, TrainingSession
from training.rights import may_run_plan
from training.selectors.catalogue import current_editions
from training.sorting import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleWording:
    """What the DPID says of a module. `territories`: slugs, sorted; none, and it is for the whole Département."""

    title: str
    short_title: str
    category: ModuleCategory | str
    objectives: list[str]
    half_days: int | None = None
    hours: Decimal | None = None
    territories: list[str]
    starts_on: date


WORDED = tuple(each.name for each in fields(ModuleWording))


@transaction.atomic
def add_module(*, wording: ModuleWording, actor: User, now: datetime) -> ModuleEdition:
    """A module more among those of which each référent follows one."""
    _check_right(actor)
    _check(wording)
    module = LocalModule.objects.create(code=f"D{RegisterNumber.take('module')}")
    return _write(module, wording, actor=actor, now=now)


@transaction.atomic
def reword_module(
    *, module: LocalModule, wording: ModuleWording, actor: User, now: datetime, version: str = ""
) -> ModuleEdition:
    """What is said of it from now on: a file already filed keeps the words of its filing. Overtaken when the words in
    force are no longer those of `version`."""
    last = _locked(module, actor)
    check_version(last, version, {name: getattr(wording, name) for name in WORDED})
    _check(wording, but=last)
    if all(getattr(last, name) == getattr(wording, name) for name in WORDED):
        return last
    return _write(last.module, wording, actor=actor, now=now)


@transaction.atomic
def withdraw_module(*, module: LocalModule, actor: User, now: datetime) -> ModuleEdition:
    """Nobody chooses it any more; it counts for those who followed it. Refused while a session of it is planned."""
    last = _locked(module, actor)
    left = TrainingSession.objects.filter(module=last.module.code, state=SessionState.PLANNED).count()
    if left:
        raise TrainingRefused(
            f"{left} session{plural(left)} de ce module {plural(left, 'est,sont')} au plan\u00a0: "
            "annulez-les, ou attendez qu’elles aient eu lieu."
        )
    wording = ModuleWording(**{name: getattr(last, name) for name in WORDED})
    return _write(last.module, wording, actor=actor, now=now, withdrawn_on=clock.civil_date(now))


def hold_module(code: str) -> None:
    """Keep a module from being withdrawn while a session of it is written; TrainingRefused when it already is."""
    if LocalModule.objects.select_for_update().filter(code=code).exists():
        last = ModuleEdition.objects.filter(module__code=code).latest("pk")
        if last.withdrawn_on:
            raise TrainingRefused("Ce module est retiré du catalogue.", field="module")


def _locked(module: LocalModule, actor: User) -> ModuleEdition:
    _check_right(actor)
    locked = LocalModule.objects.select_for_update().get(pk=module.pk)
    last: ModuleEdition = locked.editions.select_related("module").latest("pk")
    if last.withdrawn_on:
        raise TrainingRefused("Ce module est déjà retiré du catalogue.")
    return last


def _check_right(actor: User) -> None:
    if not may_run_plan(actor):
        raise PermissionDenied("Le catalogue est tenu par la DPID.")


def _check(wording: ModuleWording, but: ModuleEdition | None = None) -> None:
    """Files are sorted and tables read by the codes and names of the modules: each has its own."""
    if not wording.objectives:
        raise TrainingRefused("Indiquez au moins un objectif\u00a0: l’équivalence s’y mesure.", field="objectives")
    others = [each for each in current_editions() if but is None or each.module_id != but.module_id]
    names = {name for module in current_rulebook().modules for name in (module.id, module.title, module.short_title)}
    names |= {name for edition in others for name in (edition.module.code, edition.title, edition.short_title)}
    taken = {plain(name) for name in names}
    for field in ("title", "short_title"):
        if plain(getattr(wording, field)) in taken:
            raise TrainingRefused("Un autre module porte déjà ce nom.", field=field)


def _write(
    module: LocalModule, wording: ModuleWording, *, actor: User, now: datetime, withdrawn_on: date | None = None
) -> ModuleEdition:
    said = {name: getattr(wording, name) for name in WORDED}
    edition = ModuleEdition(module=module, **said, withdrawn_on=withdrawn_on, author=actor, at=now)
    edition.validate_constraints()
    edition.save()
    return edition
