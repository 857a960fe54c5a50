"""`manage.py report_coverage`: where every structure stands on the first criterion, today."""

from collections import Counter, defaultdict
from fractions import Fraction
from typing import Any

from django.core.management.base import BaseCommand

from accounts.models import Structure
from core import clock
from core.french import percent, plural
from training.coverage import Verdict
from training.selectors import coverages_of
from training.selectors.catalogue import catalogue

WORDS = {
    Verdict.MET: "rempli",
    Verdict.MET_UNDER_COMMITMENT: "sous engagement",
    Verdict.PENDING: "à vérifier",
    Verdict.NOT_MET: "non rempli",
}


class Command(BaseCommand):
    help = "Recalcule le critère de formation de toutes les structures et le compte par territoire."

    def handle(self, *args: Any, **options: Any) -> None:
        verdicts: dict[str, Counter[Verdict]] = defaultdict(Counter)
        people = held = owed = 0
        structures = Structure.objects.order_by("pk")
        for structure, covered in coverages_of(
            structures, rulebook=catalogue(today=clock.today()), today=clock.today()
        ):
            verdicts[structure.lead_territory.name][covered.verdict] += 1
            people += len(covered.counted)
            held += sum(cell.is_held for cell in covered.cells.values())
            owed += len(covered.cells)
        for territory, counts in sorted(verdicts.items()):
            self.stdout.write(f"{territory}\u00a0: {_told(counts)}")
        everywhere: Counter[Verdict] = sum(verdicts.values(), Counter())
        number = everywhere.total()
        share = f", {percent(Fraction(held, owed))} des obligations" if owed else ""
        self.stdout.write(
            f"{number} structure{plural(number)}, {people} référent{plural(people)} "
            f"compté{plural(people)}{share}\u00a0: {_told(everywhere)}"
        )


def _told(counts: Counter[Verdict]) -> str:
    return ", ".join(f"{counts[verdict]} {words}" for verdict, words in WORDS.items())
