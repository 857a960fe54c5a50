"""The second criterion's records. Only ticks are stored: points, means and verdicts come from `evaluation.grid`."""

from evaluation.models.draws import CerList, DaySecret, PanelDraw
from evaluation.models.facts import CerFacts
from evaluation.models.panels import CafReveal, Cer, CerToSort, Panel, ShortPanel
from evaluation.models.scorings import FileWithdrawal, Scoring, ScoringEntry, SessionFlag

__all__ = [
    "CafReveal",
    "Cer",
    "CerFacts",
    "CerList",
    "CerToSort",
    "DaySecret",
    "FileWithdrawal",
    "Panel",
    "PanelDraw",
    "Scoring",
    "ScoringEntry",
    "SessionFlag",
    "ShortPanel",
]
