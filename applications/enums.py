"""The life of a file in words: the agents' (TextChoices label) and the structure's (STRUCTURE_WORDS)."""

from django.db.models import TextChoices


class ApplicationState(TextChoices):
    DRAFT = "draft", "Brouillon"
    SUBMITTED = "submitted", "Déposé, à vérifier"
    DPID_REVIEW = "dpid_review", "Instruction DPID"
    SLAI_REVIEW = "slai_review", "Avis du SLAI"
    WORKING_SESSION = "working_session", "Temps de travail DPID–SLAI"
    PROPOSAL = "proposal", "Proposition, en attente de signature"
    GRANTED = "granted", "Label accordé"
    MORATORIUM = "moratorium", "Moratoire"
    REFUSED = "refused", "Refusé"
    WITHDRAWN = "withdrawn", "Retiré par la structure"


STRUCTURE_WORDS: dict[str, str] = {
    ApplicationState.DRAFT: "Brouillon",
    ApplicationState.SUBMITTED: "Déposé",
    ApplicationState.DPID_REVIEW: "En instruction",
    ApplicationState.SLAI_REVIEW: "En instruction",
    ApplicationState.WORKING_SESSION: "En instruction",
    ApplicationState.PROPOSAL: "En instruction",
    ApplicationState.GRANTED: "Accepté",
    ApplicationState.MORATORIUM: "Moratoire",
    ApplicationState.REFUSED: "Refusé",
    ApplicationState.WITHDRAWN: "Retiré par la structure",
}

UNDER_REVIEW = frozenset(
    {
        ApplicationState.SUBMITTED,
        ApplicationState.DPID_REVIEW,
        ApplicationState.SLAI_REVIEW,
        ApplicationState.WORKING_SESSION,
        ApplicationState.PROPOSAL,
    }
)
DECIDED = frozenset({ApplicationState.GRANTED, ApplicationState.MORATORIUM, ApplicationState.REFUSED})
OPEN = UNDER_REVIEW | {ApplicationState.DRAFT}


class ApplicationKind(TextChoices):
    FIRST = "first", "Première demande"
    SECOND = "second", "Nouvelle demande après moratoire"
    RENEWAL = "renewal", "Renouvellement"


class OpinionBody(TextChoices):
    DPID = "dpid", "DPID"
    SLAI = "slai", "SLAI"


class Outcome(TextChoices):
    GRANT = "grant", "Accord du label"
    MORATORIUM = "moratorium", "Moratoire de six mois"
    REFUSAL = "refusal", "Refus du label"
