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


def may_reveal_caf(user: Any) -> bool:
    """Those who hold the N° CAF against the contract; the audit reads it masked (A4b)."""
    return roles.is_structure(user) or (may_read_cers(user) and not roles.is_auditor(user))


def may_write_round(user: Any, round: Round) -> bool:
    """The structure scores itself, the DPID controls, both services hold the working session (CdC 5-2)."""
    return bool(user.is_active) and user.role in WRITERS[round]


def may_withdraw_files(user: Any) -> bool:
    """Those who score a contract may take it out of view; the SLAI for the files of its own lead territory."""
    return may_write_round(user, Round.SESSION)


def may_abstain(user: Any) -> bool:
    """Those who score may leave a panel to others, and know who did."""
    return may_write_round(user, Round.SESSION)


def may_lift_recusals(user: Any) -> bool:
    return roles.is_dpid_manager(user)
