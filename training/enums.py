from django.db.models import TextChoices


class CertificateState(TextChoices):
    TO_SORT = "to_sort", "À ranger"
    TO_CHECK = "to_check", "À vérifier"
    EQUIVALENCE = "equivalence", "Équivalence demandée"
    ACCEPTED = "accepted", "Acceptée"
    REFUSED = "refused", "Refusée"


RULED = frozenset({CertificateState.ACCEPTED, CertificateState.REFUSED})


class SupportKind(TextChoices):
    """What tells of a training that the Département did not give."""

    PROGRAMME = "programme", "Programme de la formation"
    MATERIAL = "material", "Support de la formation"


class SupportState(TextChoices):
    ASKED = "asked", "Demandé"
    ANSWERED = "answered", "Reçu"
    WITHDRAWN = "withdrawn", "Demande retirée"


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
    """Once its last half-day is over a session waits for the trainer's word on who was there, then closes."""

    PLANNED = "planned", "Programmée"
    CONFIRMED = "confirmed", "Présences confirmées"
    CLOSED = "closed", "Close"
    CANCELLED = "cancelled", "Annulée"


class EnrolmentState(TextChoices):
    WAITING = "waiting", "En liste d’attente"
    ENROLLED = "enrolled", "Inscrit"
    PRESENT = "present", "Présent"
    ABSENT = "absent", "Absent"
    CANCELLED = "cancelled", "Annulée"


class MarkWay(TextChoices):
    """How a presence came to be known."""

    HAND = "hand", "À la main"
    PHONE = "phone", "Par téléphone"


class SessionCancelReason(TextChoices):
    """A category, since the journal keeps it for good."""

    TRAINER = "trainer", "Intervenant indisponible"
    ROOM = "room", "Salle ou liaison indisponible"
    TOO_FEW = "too_few", "Trop peu d’inscrits"
    WEATHER = "weather", "Intempéries, transports"
    OTHER = "other", "Autre raison d’organisation"


class CorrectionReason(TextChoices):
    """Why an attendance is corrected once the session is closed; a category, since the journal keeps it for good."""

    MISTAKE = "mistake", "Erreur de saisie"
    SHEET = "sheet", "Feuille d’émargement relue"
    TRAINER = "trainer", "Signalé par l’organisme"


class EnrolmentCancelReason(TextChoices):
    """A category, since the journal keeps it for good: nothing is said of the person."""

    ASKED = "asked", "À la demande de la structure"
    PREVENTED = "prevented", "La personne ne pourra pas venir"
    LEFT = "left", "La personne quitte la structure"
    MISTAKE = "mistake", "Inscription faite par erreur"
    OTHER = "other", "Autre raison d’organisation"


SEATED = frozenset({EnrolmentState.ENROLLED, EnrolmentState.PRESENT, EnrolmentState.ABSENT})
"""Those who hold one of the session's seats."""
STANDING = SEATED | {EnrolmentState.WAITING}
