"""Who may what on the training plan: pure predicates on a user."""

from typing import Any

from accounts import roles


def may_run_plan(user: Any) -> bool:
    """Plans, changes and cancels sessions."""
    return roles.is_dpid(user)


def may_read_attestations(user: Any) -> bool:
    """Those of one's structure, or of one's territories."""
    return roles.is_structure(user) or may_read_plan(user)


def may_read_plan(user: Any) -> bool:
    """Reads the whole plan; of those who go, only the people of one's own structures."""
    return roles.is_dpid(user) or roles.is_slai(user) or roles.is_auditor(user)


def may_read_coverage(user: Any) -> bool:
    """Reads who is trained in what, in the structures that one sees."""
    return roles.is_structure(user) or may_read_plan(user)
