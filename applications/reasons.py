"""The reasons of a proposal, criterion by criterion, in law and in fact: a first text that the agent rewrites at will.

Pure: results in, French sentences out. Référents are named by their codes: the letter may travel.
"""

from collections.abc import Sequence
from fractions import Fraction

from core.french import NBSP, percent, plural
from rulebook.clauses import Line, Rulebook
from training.coverage import Coverage, Status


def training_reasons(rulebook: Rulebook, covered: Coverage) -> str:
    """Point 5-1: what was asked, what is there, what is not."""
    law = (
        f"Le point 5-1 du cahier des charges (délibération n°{NBSP}{rulebook.deliberation.number}) demande que chaque "
        f"référent ait suivi {_in_words(len(rulebook.compulsory_modules))} modules obligatoires et un module au choix."
    )
    held = covered.counts[Status.MET] + covered.counts[Status.CONDITIONAL]
    total = len(covered.cells)
    people = len(covered.counted)
    fact = (
        f"Pour {people} référent{plural(people)}, {held} obligation{plural(held)} sur {total} "
        f"{'sont justifiées' if held > 1 else 'est justifiée'}"
    )
    conditional = covered.counts[Status.CONDITIONAL]
    fact += f", dont {conditional} sous engagement." if conditional else "."
    if not covered.blockers:
        return f"{law}\n{fact} Le critère est atteint."
    lines = "\n".join(f"– {blocker}" for blocker in covered.blockers)
    return f"{law}\n{fact} Ne le sont pas{NBSP}:\n{lines}"


def cer_reasons(
    rulebook: Rulebook,
    *,
    decisive: Fraction | None,
    per_referent: Sequence[tuple[str, Fraction]],
    cers: int,
    gap: tuple[Line, int] | None,
    after_session: bool,
) -> str:
    """Point 5-2 and Annex 2: the mean, held against the threshold, and where the points are lost."""
    abbr = rulebook.terminology.contract_abbr
    law = (
        f"Le point 5-2 et l’annexe 2 du cahier des charges (délibération n°{NBSP}{rulebook.deliberation.number}) "
        f"demandent une moyenne d’au moins {percent(rulebook.threshold)} pour les {abbr} contrôlés."
    )
    if decisive is None:
        return f"{law}\nAucun {abbr} n’a pu être évalué."
    session = ", après le temps de travail entre la DPID et le SLAI" if after_session else ""
    fact = f"La moyenne des {cers} {abbr} contrôlés est de {percent(decisive)}{session}."
    if decisive >= rulebook.threshold:
        return f"{law}\n{fact} Le critère est atteint."
    below = [f"{code} ({percent(rate)})" for code, rate in per_referent if rate < rulebook.threshold]
    if below:
        fact += f" Sont sous le seuil{NBSP}: {', '.join(below)}."
    if gap:
        line, number = gap
        fact += f" L’écart le plus fréquent porte sur «{NBSP}{line.text}{NBSP}», {number} {abbr} sur {cers}."
    return f"{law}\n{fact}"


def opinion_draft(training: str, cer: str) -> str:
    """What an opinion may start from: the facts of both criteria, without the law."""
    return "\n\n".join(
        f"{title}\n{text.partition(chr(10))[2]}"
        for title, text in (
            ("Formation des référents.", training),
            ("Qualité des CER.", cer),
        )
    )


def _in_words(number: int) -> str:
    words = ("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix")
    return words[number] if number < len(words) else str(number)
