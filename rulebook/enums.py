"""Words that both the deliberation's data and the code know. A value missing on either side stops the start."""

from enum import StrEnum


class ContractType(StrEnum):
    SOLIDARITY = "solidarity"
    SOCIO_PROFESSIONAL = "socio_professional"


class LineFact(StrEnum):
    """What a line of the grid says that can be read in the contract itself, without judging it."""

    STARTS = "starts"
    ENDS = "ends"
    ACTIONS = "actions"
    VOCATIONAL = "vocational"
    DETAILED = "detailed"
    REMARK = "remark"


class ModuleCategory(StrEnum):
    TRAINING = "formation"
    INFORMATION = "information"


class MeanScope(StrEnum):
    STRUCTURE_ALL = "structure_all"
    MEAN_OF_REFERENTS = "mean_of_referents"
    EACH_REFERENT = "each_referent"


class FullLengthCheck(StrEnum):
    OFF = "off"
    WARN = "warn"
    BLOCK = "block"


class ReferenceMode(StrEnum):
    NEUTRAL = "neutral"
    CAF_OPTIONAL = "caf_optional"
    CAF_REQUIRED = "caf_required"


class ControlSample(StrEnum):
    SAME = "same"
    INDEPENDENT = "independent"


class BlindControl(StrEnum):
    BLIND = "blind"
    OPEN = "open"


class DecisionMode(StrEnum):
    GATES = "gates"
    WEIGHTED = "weighted"


class ReferentScope(StrEnum):
    FUNDED = "funded"
    ALL = "all"


class AbsenceRule(StrEnum):
    CONDITIONAL = "conditional"
    UNMET = "unmet"


class NewcomerRule(StrEnum):
    TWELVE_MONTHS = "12_months"
    CALENDAR_YEAR = "calendar_year"


class Channel(StrEnum):
    PORTAL = "portal"
    EPARTENAIRES = "epartenaires"


class SilenceRegime(StrEnum):
    ACCEPTANCE = "acceptance"
    REJECTION = "rejection"


class LeadRule(StrEnum):
    LEAD_TERRITORY = "lead_territory"
    DPID_CHOICE = "dpid_choice"


class MoratoriumStart(StrEnum):
    NOTIFICATION = "notification"
    DECISION = "decision"


class EarlyFiling(StrEnum):
    NEVER = "never"
    DPID = "dpid"
    ALWAYS = "always"


class SendMode(StrEnum):
    REGISTERED_LETTER = "registered_letter"
    ELECTRONIC = "electronic"


class RenewalRule(StrEnum):
    LAST_FULL_WINDOW = "last_full_window"
    EXPIRY_YEAR = "expiry_year"


class ExtensionRule(StrEnum):
    ASK = "ask"
    NEVER = "never"


class RenewalStep(StrEnum):
    TRAINING_CHANGES = "training_changes"
    FRESH_CERS = "fresh_cers"
    SLAI_OPINION = "slai_opinion"
