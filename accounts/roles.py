"""Rights by role: pure predicates on a user. Scopes are querysets (`visible_to`)."""

from typing import Any

from accounts.enums import AGENT_ROLES, DEPARTMENT_WIDE_ROLES, DPID_ROLES, STRUCTURE_ROLES, Role


def _has_role(user: Any, roles: frozenset[Role]) -> bool:
    return bool(getattr(user, "is_active", False)) and getattr(user, "role", None) in roles


def is_structure(user: Any) -> bool:
    return _has_role(user, STRUCTURE_ROLES)


def is_structure_admin(user: Any) -> bool:
    return _has_role(user, frozenset({Role.STRUCTURE_ADMIN}))


def is_agent(user: Any) -> bool:
    """Anybody of the Département, whatever the role."""
    return _has_role(user, AGENT_ROLES)


def sees_every_territory(user: Any) -> bool:
    return _has_role(user, DEPARTMENT_WIDE_ROLES)


def is_dpid(user: Any) -> bool:
    return _has_role(user, DPID_ROLES)


def is_dpid_manager(user: Any) -> bool:
    return _has_role(user, frozenset({Role.DPID_MANAGER}))


def is_slai(user: Any) -> bool:
    return _has_role(user, frozenset({Role.SLAI}))


def is_signatory(user: Any) -> bool:
    return _has_role(user, frozenset({Role.SIGNATORY}))


def is_administrator(user: Any) -> bool:
    return _has_role(user, frozenset({Role.ADMINISTRATOR}))


def is_auditor(user: Any) -> bool:
    return _has_role(user, frozenset({Role.AUDITOR}))


def may_import_referents(user: Any) -> bool:
    """Brings the référents of a structure by a spreadsheet: the structure itself, or those who follow it."""
    return is_structure(user) or is_dpid(user) or is_slai(user)


def may_review_access(user: Any) -> bool:
    """Examines requests for access."""
    return is_dpid(user)


def may_read_access_requests(user: Any) -> bool:
    return may_review_access(user) or is_administrator(user) or is_auditor(user)


def may_manage_members(user: Any) -> bool:
    """Invites, changes and deactivates people: a structure's administrator at home, the portal's among the agents."""
    return is_structure_admin(user) or is_administrator(user)


def needs_second_factor(user: Any) -> bool:
    """Agents sign in with a second factor (when the portal requires it)."""
    return is_agent(user)
