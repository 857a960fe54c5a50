from django.db.models import TextChoices


class Round(TextChoices):
    """Who scored: the structure, the DPID, or the DPID–SLAI working session (CdC 5-2). All are kept."""

    SELF = "self", "Auto-évaluation"
    CONTROL = "control", "Contrôle de la DPID"
    SESSION = "session", "Temps de travail DPID–SLAI"


class PanelStage(TextChoices):
    """Whose turn it is to score a panel. The application writes it; each round is written in its own stage only."""

    DRAFT = "draft", "En préparation par la structure"
    CONTROL = "control", "Ouvert au contrôle de la DPID"
    SESSION = "session", "Ouvert au temps de travail DPID–SLAI"
    CLOSED = "closed", "Clos"


CONTROL_OVER = (PanelStage.SESSION, PanelStage.CLOSED)
"""The stages that follow the DPID's control."""

STAGE_OF_ROUND = {
    Round.SELF: PanelStage.DRAFT,
    Round.CONTROL: PanelStage.CONTROL,
    Round.SESSION: PanelStage.SESSION,
}


class Sample(TextChoices):
    """Which rounds a CER is drawn for (`cer.control_sample`): the session follows the control."""

    SELF = "self", "Auto-évaluation"
    CONTROL = "control", "Contrôle de la DPID"
    BOTH = "both", "Auto-évaluation et contrôle"


SAMPLES_OF_ROUND = {
    Round.SELF: (Sample.SELF, Sample.BOTH),
    Round.CONTROL: (Sample.CONTROL, Sample.BOTH),
    Round.SESSION: (Sample.CONTROL, Sample.BOTH),
}


class EntryAct(TextChoices):
    """What was done on a grid (`ScoringEntry`)."""

    SAVED = "saved", "Modifié"
    VALIDATED = "validated", "Validé"
    REOPENED = "reopened", "Rouvert"
    SET_ASIDE = "set_aside", "Remis à blanc"
    FLAGGED = "flagged", "À revoir avec le SLAI"
    UNFLAGGED = "unflagged", "N’est plus à revoir"


class CerType(TextChoices):
    """Annex 2, column « Solidarité / sociopro ». Same values as the pure `grid.ContractType`."""

    SOLIDARITY = "solidarity", "Solidarité"
    SOCIO_PROFESSIONAL = "socio_professional", "Socioprofessionnel"


class FactsSource(TextChoices):
    """Where the facts of a contract come from. What a person typed comes before what the file says."""

    READ = "read", "Lu dans le fichier"
    STRUCTURE = "structure", "Saisi par la structure"
    AGENT = "agent", "Saisi par le Département"


SOURCE_OF_ROUND = {
    Round.SELF: FactsSource.STRUCTURE,
    Round.CONTROL: FactsSource.AGENT,
    Round.SESSION: FactsSource.AGENT,
}
"""Who types the facts of a contract in each round."""


class IdentifyingKind(TextChoices):
    """What somebody can still be recognised by in a contract, as the reader who spots it says. Never the words."""

    PERSON_NAME = "person_name", "Nom d’une personne"
    RELATIVE = "relative", "Nom d’un enfant ou d’un proche"
    NUMBER = "number", "Numéro personnel (allocataire, sécurité sociale, France Travail)"
    CONTACT = "contact", "Adresse, téléphone ou courriel"
    BIRTH_DATE = "birth_date", "Date de naissance"
    SITUATION = "situation", "Situation qui fait reconnaître la personne"


class DrawKind(TextChoices):
    """How the CERs of a référent were chosen (CdC 5-2)."""

    FIRST = "first", "Tirage"
    AGAIN = "again", "Nouveau tirage"
    REPLACEMENT = "replacement", "Remplacement d’un CER"
    PAPER = "paper", "Tirage fait sur papier"


class RecusalAct(TextChoices):
    """What happens to somebody's part in a panel."""

    ABSTAINED = "abstained", "Déport"
    LIFTED = "lifted", "Levée du déport"


class RecusalCause(TextChoices):
    """Why an agent leaves a panel to others: what makes them too near to its structure."""

    FAMILY = "family", "Un proche y travaille ou la dirige"
    FORMER_WORK = "former_work", "J’y ai travaillé ou j’y suis bénévole"
    INTEREST = "interest", "J’ai un intérêt personnel dans la structure"
    REFERENT = "referent", "Je connais personnellement un référent"
    OTHER = "other", "Autre raison"
