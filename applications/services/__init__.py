"""Writes on files. Each is one transaction: lock, check, write, log; letters and notices are written inside it."""

from applications.services.acknowledgements import close_silence, send_acknowledgement
from applications.services.common import can
from applications.services.filing import (
    FORM_FIELDS,
    FormChanged,
    OpeningRefused,
    form_version,
    open_application,
    save_form,
    submit_application,
    withdraw_application,
)
from applications.services.instruction import (
    assign,
    close_working_session,
    declare_complete,
    give_dpid_opinion,
    give_slai_opinion,
    open_working_session,
)
from applications.services.messages import mark_messages_read, post_message
from applications.services.proposals import outcome_objection, prepare_proposal, record_outcome
from applications.services.remarks import remark_cer
from applications.services.supports import answer_support, ask_support, withdraw_support
from applications.services.withdrawals import answer_withdrawal, withdraw_cer_file

__all__ = [
    "FORM_FIELDS",
    "FormChanged",
    "OpeningRefused",
    "answer_support",
    "answer_withdrawal",
    "ask_support",
    "assign",
    "can",
    "close_silence",
    "close_working_session",
    "declare_complete",
    "form_version",
    "give_dpid_opinion",
    "give_slai_opinion",
    "mark_messages_read",
    "open_application",
    "open_working_session",
    "outcome_objection",
    "post_message",
    "prepare_proposal",
    "record_outcome",
    "remark_cer",
    "save_form",
    "send_acknowledgement",
    "submit_application",
    "withdraw_application",
    "withdraw_cer_file",
    "withdraw_support",
]
