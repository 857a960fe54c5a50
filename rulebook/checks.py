"""What a deliberation must satisfy beyond its schema: references that lead somewhere, points that add up."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from enum import Enum
from fractions import Fraction
from typing import Any

from rulebook import enums
from rulebook.clauses import Criterion, Rulebook
from rulebook.enums import ContractType, LineFact
from rulebook.reader import KeyPath, MonthDay, Reader

# Every setting the code reads, with the type of its value. A StrEnum is a choice among its members.
SETTINGS: dict[str, Any] = {
    "cer.threshold": Fraction,
    "cer.mean_scope": enums.MeanScope,
    "cer.full_length_check": enums.FullLengthCheck,
    "cer.contract_months": int,
    "cer.eliminatory_items": tuple[str, ...],
    "cer.reference_mode": enums.ReferenceMode,
    "cer.min_per_referent": int,
    "cer.control_sample": enums.ControlSample,
    "cer.blind_control": enums.BlindControl,
    "decision.mode": enums.DecisionMode,
    "referent.scope": enums.ReferentScope,
    "training.max_age_years": int,
    "training.absence_counts_as": enums.AbsenceRule,
    "training.commitment_months": int,
    "training.newcomer_rule": enums.NewcomerRule,
    "training.newcomer_reminder_months": tuple[int, ...],
    "training.change_days": int,
    "training.catch_up_from": int,
    "application.channel": enums.Channel,
    "application.block_if_self_below": bool,
    "calendar.applications_open": date,
    "calendar.label_required_from": date,
    "instruction.months": int,
    "instruction.slai_days": int,
    "instruction.working_session_days": int,
    "documents.reply_days": int,
    "acknowledgement.working_days": int,
    "acknowledgement.receipt_working_days": int,
    "silence.regime": enums.SilenceRegime,
    "silence.months": int,
    "slai.lead_rule": enums.LeadRule,
    "moratorium.months": int,
    "moratorium.start": enums.MoratoriumStart,
    "moratorium.allow_early": enums.EarlyFiling,
    "moratorium.refile_floor": date,
    "moratorium.meeting_days": int,
    "moratorium.reminder_days": tuple[int, ...],
    "moratorium.close_after_days": int,
    "moratorium.on_new_cycle": bool,
    "moratorium.send_mode": enums.SendMode,
    "label.years": int,
    "label.transferable": bool,
    "renewal.rule": enums.RenewalRule,
    "renewal.window_start": MonthDay,
    "renewal.window_end": MonthDay,
    "renewal.reminder_dates": tuple[MonthDay, ...],
    "renewal.reminder_days": tuple[int, ...],
    "renewal.steps": tuple[enums.RenewalStep, ...],
    "renewal.extend_until_decision": enums.ExtensionRule,
    "renewal.moratorium": bool,
    "charter.due": MonthDay,
    "charter.sample": int,
    "withdrawal.support_months": int,
    "withdrawal.notice_months": int,
    "withdrawal.contest_days": int,
    "appeal.months": int,
    "appeal.answer_months": int,
    "litigation.months": int,
}
COUNTED = {LineFact.ACTIONS, LineFact.VOCATIONAL}
MAY_BE_ZERO = {"training.max_age_years"}  # zero: no limit


def check_settings(rulebook: Rulebook, reader: Reader) -> None:
    """Before the values get their types: the same keys and the same choices on both sides."""
    for key in rulebook.settings.keys() - SETTINGS.keys():
        raise reader.error(("settings", key), f"le réglage «\u00a0{key}\u00a0» n’existe pas")
    for key in SETTINGS.keys() - rulebook.settings.keys():
        raise reader.error(("settings",), f"il manque le réglage «\u00a0{key}\u00a0»")
    for key, setting in rulebook.settings.items():
        path: KeyPath = ("settings", key)
        kind = SETTINGS[key]
        choices = {member.value for member in kind} if isinstance(kind, type) and issubclass(kind, Enum) else set()
        if set(setting.allowed) != choices:
            place = (*path, "allowed", *sorted(setting.allowed.keys() - choices)[:1])
            raise reader.error(place, f"les choix de «\u00a0{key}\u00a0» sont\u00a0: {_words(choices)}")
        if kind is int and type(setting.value) is int and setting.value < (key not in MAY_BE_ZERO):
            raise reader.error((*path, "value"), f"«\u00a0{key}\u00a0» vaut {setting.value}\u00a0: trop petit")


def check_modules(rulebook: Rulebook, reader: Reader) -> None:
    for rank, module_id in _repeated(module.id for module in rulebook.modules):
        raise reader.error(("modules", rank, "id"), f"le module {module_id} existe déjà")
    optional = {module.id for module in rulebook.optional_modules}
    training: KeyPath = ("training",)
    if not 1 <= rulebook.training.optional_required <= len(optional):
        raise reader.error((*training, "optional_required"), f"de 1 à {len(optional)} modules facultatifs")
    for territory, module_ids in rulebook.training.optional_allowed.items():
        path = (*training, "optional_allowed", territory)
        if unknown := set(module_ids) - optional:
            raise reader.error(path, f"{_words(unknown)}\u00a0: ce module facultatif n’existe pas")
        if len(set(module_ids)) < rulebook.training.optional_required:
            raise reader.error(path, "la liste laisse trop peu de modules facultatifs")


def check_grid(rulebook: Rulebook, reader: Reader) -> None:
    grid = rulebook.grid
    path: KeyPath = ("grid",)
    if not 0 < rulebook.threshold <= 1:
        raise reader.error(("settings", "cer.threshold", "value"), "le seuil est compris entre 0 et 1")
    if missing := set(ContractType) - set(rulebook.terminology.contract_types):
        raise reader.error(("terminology", "contract_types"), f"il manque {_words(missing)}")
    for rank, criterion in enumerate(grid.criteria):
        _check_criterion(criterion, reader, (*path, "criteria", rank))
    places = [
        ((*path, "criteria", rank, "lines", line_rank), line)
        for rank, criterion in enumerate(grid.criteria)
        for line_rank, line in enumerate(criterion.lines)
    ]
    for rank, line_id in _repeated(line.id for _, line in places):
        raise reader.error((*places[rank][0], "id"), f"la ligne {line_id} existe déjà")
    for contract_type in ContractType:
        lines = [(place, line) for place, line in places if contract_type in line.contract_types]
        for rank, key in _repeated(line.key for _, line in lines):
            raise reader.error((*lines[rank][0], "key"), f"la touche {key} sert déjà pour {contract_type}")
    if (total := sum((criterion.max for criterion in grid.criteria), Fraction())) != grid.total:
        raise reader.error((*path, "total"), f"les critères font {_decimal(total)} points, pas {_decimal(grid.total)}")
    if unknown := set(rulebook.texts("cer.eliminatory_items")) - {line.id for line in grid.lines}:
        place = ("settings", "cer.eliminatory_items", "value")
        raise reader.error(place, f"{_words(unknown)}\u00a0: cette ligne n’existe pas")


def _check_criterion(criterion: Criterion, reader: Reader, path: KeyPath) -> None:
    above: set[str] = set()
    for rank, line in enumerate(criterion.lines):
        place = (*path, "lines", rank)
        if line.key not in set("1234567890"):
            raise reader.error((*place, "key"), f"la touche {line.key} n’est pas un chiffre")
        if unknown := set(line.requires) - above:
            raise reader.error((*place, "requires"), f"{_words(unknown)} n’est pas une ligne plus haut du critère")
        above.add(line.id)
        if (line.fact in COUNTED) != (line.at_least > 0):
            raise reader.error(
                (*place, "at_least"), "«\u00a0at_least\u00a0» accompagne un nombre d’actions, et lui seul"
            )
    for contract_type in ContractType:
        points = sum((line.points for line in criterion.lines_for(contract_type)), Fraction())
        if points != criterion.max:
            message = f"les lignes ({contract_type}) font {_decimal(points)} points, pas {_decimal(criterion.max)}"
            raise reader.error((*path, "max"), message)


def _repeated(values: Iterable[str]) -> list[tuple[int, str]]:
    """(rank, value) of each value already seen."""
    seen: Counter[str] = Counter()
    repeated = []
    for rank, value in enumerate(values):
        if seen[value]:
            repeated.append((rank, value))
        seen[value] += 1
    return repeated


def _words(values: Iterable[str]) -> str:
    return ", ".join(sorted(values)) or "aucun"


def _decimal(value: Fraction) -> str:
    return f"{float(value):g}".replace(".", ",")
