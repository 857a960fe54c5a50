"""The second criterion's records. Only ticks are stored: points, means and verdicts come from `evaluation.grid`."""

from evaluation.models.claims import CerClaim, Recusal
from evaluation.models.draws import CerList, DaySecret, PanelDraw
from evaluation.models.facts import CerFacts
from evaluation.models.panels import CafReveal, Cer, CerToSort, Panel, ShortPanel
from evaluation.models.scorings import FileWithdrawal, Scoring, ScoringEntry, SessionFlag, SlaiRemark

__all__ = [
    "CafReveal",
    "Cer",
    "CerClaim",
    "CerFacts",
    "CerList",
    "CerToSort",
    "DaySecret",
    "FileWithdrawal",
    "Panel",
    "PanelDraw",
    "Recusal",
    "Scoring",
    "ScoringEntry",
    "SessionFlag",
    "ShortPanel",
    "SlaiRemark",
]
