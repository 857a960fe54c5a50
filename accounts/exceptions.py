"""What the services of this floor raise."""


class Refused(Exception):  # noqa: N818 — un refus n’est pas une panne
    """The act is not possible; the message is a French sentence for the person who tried."""


class InvitationUnusable(Refused):
    """The link is unknown, used, revoked or expired."""
