"""Who opens the pages of decisions and labels: pure predicates. Acts have their own, in `workflow` and `services`."""

from typing import Any

from accounts import roles
from accounts.enums import DPID_ROLES, Role

READERS = DPID_ROLES | {Role.SLAI, Role.SIGNATORY, Role.AUDITOR}


def may_read_registers(user: Any) -> bool:
    """The lists of labels and moratoria, within one's territories. The administrator runs the portal, not the files."""
    return roles.is_agent(user) and user.role in READERS


def may_read_own_decisions(user: Any) -> bool:
    """Letters and moratoria: of one's structure, or of one's territories."""
    return roles.is_structure(user) or may_read_registers(user)


def may_read_proposals(user: Any) -> bool:
    """Who signs, who prepared, who audits."""
    return may_read_registers(user) and not roles.is_slai(user)


def may_read_notifications(user: Any) -> bool:
    return roles.is_dpid(user) or roles.is_auditor(user)
