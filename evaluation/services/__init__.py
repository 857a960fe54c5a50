"""The writes of the second criterion. Each one locks the panel, checks, then writes, in one transaction."""

from evaluation.services.claims import hold_cer, keep_holding, release_cer
from evaluation.services.draws import (
    declare_paper_draw,
    draw_panels,
    publish_secret,
    publish_secrets,
    replace_drawn_cer,
    save_lists,
)
from evaluation.services.facts import forget_facts, keep_read_facts, save_facts
from evaluation.services.imports import import_self_scorings
from evaluation.services.panels import (
    add_cer,
    close_panel,
    create_panel,
    forget_caf_numbers,
    hold_panel,
    open_session,
    open_to_control,
    remove_cer,
    set_caf_number,
    set_contract_type,
    set_short_panel_reason,
)
from evaluation.services.recusals import abstain, lift_recusal
from evaluation.services.remarks import write_remark
from evaluation.services.replacements import drop_former_file, replace_cer_file, restore_cer_file
from evaluation.services.scorings import (
    flag_for_session,
    reopen_control,
    reveal_caf,
    save_ticks,
    validate_scoring,
)
from evaluation.services.sorting import keep_to_sort, remove_cer_to_sort, sort_cer
from evaluation.services.withdrawals import answer_withdrawal, refuse_same_pages, withdraw_file

__all__ = [
    "abstain",
    "add_cer",
    "answer_withdrawal",
    "close_panel",
    "create_panel",
    "declare_paper_draw",
    "draw_panels",
    "drop_former_file",
    "flag_for_session",
    "forget_caf_numbers",
    "forget_facts",
    "hold_cer",
    "hold_panel",
    "import_self_scorings",
    "keep_holding",
    "keep_read_facts",
    "keep_to_sort",
    "lift_recusal",
    "open_session",
    "open_to_control",
    "publish_secret",
    "publish_secrets",
    "refuse_same_pages",
    "release_cer",
    "remove_cer",
    "remove_cer_to_sort",
    "reopen_control",
    "replace_cer_file",
    "replace_drawn_cer",
    "restore_cer_file",
    "reveal_caf",
    "save_facts",
    "save_lists",
    "save_ticks",
    "set_caf_number",
    "set_contract_type",
    "set_short_panel_reason",
    "sort_cer",
    "validate_scoring",
    "withdraw_file",
    "write_remark",
]
