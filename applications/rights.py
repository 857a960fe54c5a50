"""Who opens the agents' side of a file: pure predicates. Acts have their own, in `workflow`."""

from typing import Any

from accounts import roles
from accounts.enums import DPID_ROLES, Role
from applications.enums import ApplicationState
from applications.models import Application

# Those who instruct, those who sign, and the audit. The administrator runs the portal, not the files.
READERS = DPID_ROLES | {Role.SLAI, Role.SIGNATORY, Role.AUDITOR}

RULING_STATES = frozenset({ApplicationState.SUBMITTED, ApplicationState.DPID_REVIEW})


def may_read_files(user: Any) -> bool:
    return roles.is_agent(user) and user.role in READERS


def may_read_notes(user: Any) -> bool:
    """Internal notes are the technical team's own (CdC 7.1), open to the audit."""
    return may_read_files(user) and user.role != Role.SIGNATORY


def may_rule(user: Any, application: Application) -> bool:
    """On the attestations that a file brings: the DPID, until it has given its opinion."""
    return roles.is_dpid(user) and application.state in RULING_STATES
