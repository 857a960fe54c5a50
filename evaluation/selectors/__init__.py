"""Reads of the second criterion."""

from evaluation.selectors.agreement import compared_cers, compared_lines, panel_compared, visible_scorings
from evaluation.selectors.claims import cers_at_work, claim_of, is_recused, live_claims, standing_recusals, successors
from evaluation.selectors.draws import kept_lists, left_to_draw, lists_version, standing_draws, visible_draws
from evaluation.selectors.files import cers_to_replace, known_facts, next_to_fix
from evaluation.selectors.queue import (
    QueueRow,
    first_to_open,
    next_to_score,
    next_unscored,
    open_panels,
    queue_rows,
    resume,
    scoring_queue,
    takeable,
)
from evaluation.selectors.rounds import flags, history, revisions, shows_self, who_changed
from evaluation.selectors.scores import (
    CerResult,
    PanelScores,
    effective_scores,
    own_mean,
    panel_cers,
    panel_scores,
    panel_snapshot,
    readable_rounds,
    seen_scores,
)

__all__ = [
    "CerResult",
    "PanelScores",
    "QueueRow",
    "cers_at_work",
    "cers_to_replace",
    "claim_of",
    "compared_cers",
    "compared_lines",
    "effective_scores",
    "first_to_open",
    "flags",
    "history",
    "is_recused",
    "kept_lists",
    "known_facts",
    "left_to_draw",
    "lists_version",
    "live_claims",
    "next_to_fix",
    "next_to_score",
    "next_unscored",
    "open_panels",
    "own_mean",
    "panel_cers",
    "panel_compared",
    "panel_scores",
    "panel_snapshot",
    "queue_rows",
    "readable_rounds",
    "resume",
    "revisions",
    "scoring_queue",
    "seen_scores",
    "shows_self",
    "standing_draws",
    "standing_recusals",
    "successors",
    "takeable",
    "visible_draws",
    "visible_scorings",
    "who_changed",
]
