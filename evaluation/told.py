"""What one side is shown of a contract's facts: its own, else the file's, and what follows from them."""

from dataclasses import dataclass

from core.french import NNBSP, plural
from evaluation import vigilance
from evaluation.enums import SOURCE_OF_ROUND, FactsSource, Round
from evaluation.facts import Facts, Proposal, day, proposals
from evaluation.grid import CerScore
from evaluation.models import Cer, CerFacts
from evaluation.reading import ReadFacts
from evaluation.selectors import known_facts
from rulebook.enums import ContractType


@dataclass(frozen=True, slots=True)
class ToldFacts:
    """`row`: where the facts come from; None when nothing is known. `structure`: what the structure typed, for those
    who have scored the contract (the caller decides)."""

    cer: Cer
    source: FactsSource
    row: CerFacts | None
    structure: CerFacts | None

    @property
    def facts(self) -> Facts:
        return self.row.facts if self.row else Facts()

    @property
    def is_read(self) -> bool:
        return self.row is not None and self.row.source == FactsSource.READ

    @property
    def version(self) -> int:
        return self.row.version if self.row and not self.is_read else 0

    @property
    def proposals(self) -> dict[str, Proposal]:
        """By line, the certainty of what was read said with the reason."""
        if not self.cer.contract_type:
            return {}
        lines = self.cer.panel.rulebook.grid.lines_for(ContractType(self.cer.contract_type))
        found = proposals(lines, self.facts)
        if not self.is_read or self.row is None:
            return found
        read = ReadFacts(self.facts, self.row.certainty)
        sure = {line.id: read.of(line.fact) for line in lines if line.fact}
        return {
            line: Proposal(each.granted, f"{each.reason} (lu dans le fichier, sûr à {sure[line]}{NNBSP}%)")
            for line, each in found.items()
        }

    def vigilance(self, score: CerScore | None) -> tuple[vigilance.Vigilance, ...]:
        rulebook = self.cer.panel.rulebook
        months, check = rulebook.integer("cer.contract_months"), rulebook.choice("cer.full_length_check")
        return vigilance.vigilance(self.facts, score, months=months, check=check)

    @property
    def summary(self) -> str:
        return in_words(self.facts) if self.row else ""

    @property
    def structure_words(self) -> str:
        return in_words(self.structure.facts) if self.structure else ""


def told_facts(cer: Cer, round: Round) -> ToldFacts:
    source, rows = SOURCE_OF_ROUND[round], known_facts(cer)
    typed = rows.get(FactsSource.STRUCTURE) if source != FactsSource.STRUCTURE else None
    return ToldFacts(cer, source, rows.get(source) or rows.get(FactsSource.READ), typed)


def in_words(facts: Facts) -> str:
    """« 3 actions, du 01/02/2025 au 31/07/2025, remarque : oui »."""
    count = len(facts.actions)
    dates = [
        f"édité le {day(facts.edited_on)}" if facts.edited_on else "",
        f"fin le {day(facts.ends_on)}" if facts.ends_on else "",
    ]
    remark = "" if facts.remark is None else f"remarque\u00a0: {'oui' if facts.remark else 'non'}"
    return ", ".join(part for part in (*dates, f"{count} action{plural(count)}" if count else "", remark) if part)
