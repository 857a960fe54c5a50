"""Why something can't be written on a panel: sentences for the person who tried."""

from datetime import datetime
from typing import Any

from core import clock
from core.french import time_fr
from core.transitions import TransitionRefused


def held_words(claim: Any) -> str:
    """« Camille Durand cote ce CER depuis 10 h 14. »"""
    return f"{claim.user} cote ce CER depuis {time_fr(claim.since.astimezone(clock.PARIS))}."


class EvaluationRefused(TransitionRefused):
    """The message is a French sentence; nothing was written. Floors above show it as they show their own refusals."""


class PanelClosed(EvaluationRefused):
    """The panel is in a stage that does not allow this."""


class ListsChanged(EvaluationRefused):
    """The lists of CERs were saved in between, from another tab or by somebody else; nothing was written over them."""


class CommentRequired(EvaluationRefused):
    """A line that raises an alert is not granted and nobody says why (A4)."""


class Recused(EvaluationRefused):
    """This person has left the panel to others."""

    def __init__(self) -> None:
        super().__init__("Vous êtes en déport sur ce dossier\u00a0: d’autres le cotent.")


class ClaimHeld(EvaluationRefused):
    """A colleague scores this CER at this hour. Carries their claim."""

    def __init__(self, claim: Any):
        self.claim = claim
        super().__init__(f"{held_words(claim)} Prenez la main pour valider\u00a0: vos coches sont là.")


class StaleRemark(EvaluationRefused):
    """A colleague of the SLAI wrote another version of the remark in between; nothing was written over it."""


class StaleFacts(EvaluationRefused):
    """Somebody else of the same side saved the facts of this contract in between."""


class ReasonsRequired(EvaluationRefused):
    """The working session revises lines without saying why. `lines`: which."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        super().__init__("Chaque ligne révisée porte son motif.")


class StaleScoring(EvaluationRefused):
    """Somebody else wrote the same grid in between, and both can't be kept. Carries who and when."""

    words = (
        "{author} a modifié cette grille le {at}. Vos dernières coches ne sont pas enregistrées\u00a0: "
        "rechargez la page pour voir les siennes, puis reprenez."
    )

    def __init__(self, author: Any, at: datetime):
        self.author, self.at = author, at
        local = at.astimezone(clock.PARIS)
        hour = f"{local:%d/%m/%Y} à {local.hour}\u00a0h\u00a0{local:%M}"
        super().__init__(self.words.format(author=author, at=hour))


class ValidatedScoring(StaleScoring):
    """The DPID's grid is validated: it is reopened first."""

    words = (
        "{author} a validé cette grille le {at}. Vos dernières coches ne sont pas enregistrées\u00a0: "
        "rechargez la page. La rouvrir demande un motif."
    )


class OtherContract(StaleScoring):
    """Another contract, or another file of it, has come in the place of the one that the page showed."""

    def __init__(self) -> None:
        EvaluationRefused.__init__(
            self,
            "Le contrat de cette page a été remplacé depuis. Vos dernières coches ne sont pas enregistrées\u00a0: "
            "rechargez la page pour lire le nouveau.",
        )


class BlankAgain(StaleScoring):
    """The grid was set aside meanwhile: it is begun again from nothing."""

    words = "Cette grille a été remise à blanc. Vos dernières coches ne sont pas enregistrées\u00a0: rechargez la page."
