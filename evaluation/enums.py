from django.db.models import TextChoices


class Round(TextChoices):
    """Who scored: the structure, the DPID, or the DPID–SLAI working session (CdC 5-2). All are kept."""

    SELF = "self", "Auto-évaluation"
    CONTROL = "control", "Contrôle de la DPID"
    SESSION = "session", "Temps de travail DPID–SLAI"


class CerType(TextChoices):
    """Annex 2, column « Solidarité / sociopro ». Same values as the pure `grid.ContractType`."""

    SOLIDARITY = "solidarity", "Solidarité"
    SOCIO_PROFESSIONAL = "socio_professional", "Socioprofessionnel"
