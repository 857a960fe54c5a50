"""Why something can't be written on a panel: sentences for the person who tried."""

from datetime import datetime
from typing import Any

from core import clock
from core.transitions import TransitionRefused


class EvaluationRefused(TransitionRefused):
    """The message is a French sentence; nothing was written. Floors above show it as they show their own refusals."""


class PanelClosed(EvaluationRefused):
    """The panel is in a stage that does not allow this."""


class ListsChanged(EvaluationRefused):
    """The lists of CERs were saved in between, from another tab or by somebody else; nothing was written over them."""


class CommentRequired(EvaluationRefused):
    """A line that raises an alert is not granted and nobody says why (A4)."""


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
