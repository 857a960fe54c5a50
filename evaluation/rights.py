"""Who may do what with a panel: pure predicates. What they may see is `visible_to`."""

from typing import Any

from accounts import roles
from accounts.enums import DPID_ROLES, STRUCTURE_ROLES, Role
from evaluation.enums import Round

# CERs are read by those who score them, by the SLAI that confirms, and by the audit (secrecy: no wider circle).
READERS = DPID_ROLES | {Role.SLAI, Role.AUDITOR}
WRITERS = {
    Round.SELF: STRUCTURE_ROLES,
    Round.CONTROL: DPID_ROLES,
    Round.SESSION: DPID_ROLES | {Role.SLAI},
}


def may_read_cers(user: Any) -> bool:
    """Open the queue and the workstation, whether to score or to read."""
    return roles.is_agent(user) and user.role in READERS


def may_write_round(user: Any, round: Round) -> bool:
    """The structure scores itself, the DPID controls, both services hold the working session (CdC 5-2)."""
    return bool(user.is_active) and user.role in WRITERS[round]
