"""Who may be whom."""

from django.db.models import TextChoices


class Role(TextChoices):
    STRUCTURE_ADMIN = "structure_admin", "Structure, administrateur"
    STRUCTURE_MEMBER = "structure_member", "Structure, membre"
    SLAI = "slai", "SLAI, animation"
    DPID_AGENT = "dpid_agent", "DPID, instruction"
    DPID_MANAGER = "dpid_manager", "DPID, encadrement"
    SIGNATORY = "signatory", "Signataire"
    ADMINISTRATOR = "administrator", "Administrateur du portail"
    AUDITOR = "auditor", "Auditeur (lecture seule)"


STRUCTURE_ROLES = frozenset({Role.STRUCTURE_ADMIN, Role.STRUCTURE_MEMBER})
DPID_ROLES = frozenset({Role.DPID_AGENT, Role.DPID_MANAGER})
AGENT_ROLES = frozenset(Role) - STRUCTURE_ROLES
DEPARTMENT_WIDE_ROLES = AGENT_ROLES - {Role.SLAI}


class LegalForm(TextChoices):
    ASSOCIATION = "association", "Association"
    CCAS = "ccas", "CCAS ou CIAS"
    MUNICIPALITY = "municipality", "Commune"
    EPCI = "epci", "Établissement public de coopération intercommunale"
    PUBLIC_BODY = "public_body", "Autre établissement public"
    COMPANY = "company", "Entreprise ou coopérative"
    FOUNDATION = "foundation", "Fondation"


class RequestState(TextChoices):
    PENDING = "pending", "À examiner"
    ACCEPTED = "accepted", "Acceptée"
    REFUSED = "refused", "Refusée"
