from django.db.models import TextChoices


class CertificateState(TextChoices):
    TO_SORT = "to_sort", "À ranger"
    TO_CHECK = "to_check", "À vérifier"
    EQUIVALENCE = "equivalence", "Équivalence demandée"
    ACCEPTED = "accepted", "Acceptée"
    REFUSED = "refused", "Refusée"


RULED = frozenset({CertificateState.ACCEPTED, CertificateState.REFUSED})


class RecordStage(TextChoices):
    """Whose turn it is on a structure's attestations and commitments. The application writes it."""

    DRAFT = "draft", "En préparation par la structure"
    CONTROL = "control", "Ouvert à la vérification de la DPID"
    CLOSED = "closed", "Clos"


class CommitmentKind(TextChoices):
    ABSENCE = "absence", "Absence justifiée"
    NEWCOMER = "newcomer", "Nouvelle arrivée"


class AbsenceReason(TextChoices):
    """Category only: no medical data is ever asked for (R23)."""

    SICK_LEAVE = "sick_leave", "Arrêt de travail"
    ANNUAL_LEAVE = "annual_leave", "Congés"
    OTHER = "other", "Autre motif"


class Half(TextChoices):
    MORNING = "morning", "Matin"
    AFTERNOON = "afternoon", "Après-midi"


class SessionState(TextChoices):
    PLANNED = "planned", "Programmée"
    CLOSED = "closed", "Close"
    CANCELLED = "cancelled", "Annulée"


class EnrolmentState(TextChoices):
    WAITING = "waiting", "En liste d’attente"
    ENROLLED = "enrolled", "Inscrit"
    PRESENT = "present", "Présent"
    ABSENT = "absent", "Absent"
    CANCELLED = "cancelled", "Annulée"


SEATED = frozenset({EnrolmentState.ENROLLED, EnrolmentState.PRESENT, EnrolmentState.ABSENT})
"""Those who hold one of the session's seats."""
STANDING = SEATED | {EnrolmentState.WAITING}
