"""What a file waits for, in three words and a sign: the same on the desk and at the head of the file. Pure."""

from dataclasses import dataclass

from applications.enums import ApplicationState as S


@dataclass(frozen=True, slots=True)
class Expected:
    tone: str
    icon: str
    label: str


@dataclass(frozen=True, slots=True)
class Situation:
    """What one must know of a file to say what it waits for."""

    state: str
    certificates_to_rule: int = 0
    cers: int = 0
    cers_scored: int = 0
    session_closed: bool = False
    proposal_ready: bool = False
    refiling: bool = False
    """After a moratorium: the second application is filed."""


def expected(situation: Situation) -> Expected:
    match situation.state:
        case S.DPID_REVIEW:
            return _from_dpid(situation)
        case S.WORKING_SESSION if situation.session_closed:
            return Expected("warn", "clock", "Avis du SLAI")
        case S.PROPOSAL if situation.proposal_ready:
            return Expected("work", "sign", "Signature du Président")
        case S.MORATORIUM if not situation.refiling:
            return Expected("pause", "pause", "Nouvelle demande de la structure")
        case _:
            return _BY_STATE[S(situation.state)]


def _from_dpid(situation: Situation) -> Expected:
    if situation.certificates_to_rule:
        return Expected("work", "eye", "Vérification des attestations")
    if situation.cers_scored < situation.cers:
        return Expected("work", "eye", "Cotation")
    return Expected("work", "edit", "Avis de la DPID")


STATE_SIGNS = {
    S.SUBMITTED: ("", "file"),
    S.DPID_REVIEW: ("work", "scale"),
    S.SLAI_REVIEW: ("work", "scale"),
    S.WORKING_SESSION: ("warn", "people"),
    S.PROPOSAL: ("work", "sign"),
    S.GRANTED: ("ok", "seal"),
    S.MORATORIUM: ("pause", "pause"),
    S.REFUSED: ("bad", "x"),
    S.WITHDRAWN: ("", "minus"),
}
"""Tone and icon of the state itself, beside its name."""

STRUCTURE_SIGNS = STATE_SIGNS | {
    S.SUBMITTED: ("work", "send"),
    **dict.fromkeys((S.DPID_REVIEW, S.SLAI_REVIEW, S.WORKING_SESSION, S.PROPOSAL), ("work", "search")),
}
"""The same for the structure, which reads « En instruction » from the complete file to the decision."""

_BY_STATE = {
    S.DRAFT: Expected("", "edit", "Brouillon"),
    S.SUBMITTED: Expected("", "file", "Complétude"),
    S.SLAI_REVIEW: Expected("warn", "clock", "Avis du SLAI"),
    S.WORKING_SESSION: Expected("warn", "people", "Temps de travail DPID–SLAI"),
    S.PROPOSAL: Expected("work", "edit", "Proposition à préparer"),
    S.GRANTED: Expected("ok", "seal", "Label accordé"),
    S.MORATORIUM: Expected("pause", "pause", "Moratoire, nouvelle demande déposée"),
    S.REFUSED: Expected("bad", "x", "Refusé"),
    S.WITHDRAWN: Expected("", "minus", "Retiré par la structure"),
}
