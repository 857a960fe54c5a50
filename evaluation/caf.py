"""The N° CAF as it is typed and as it is kept (A4b). Pure."""

import re
from collections.abc import Iterable

from evaluation.errors import EvaluationRefused

CAF_NUMBER = re.compile(r"\d{7}[A-Z]?")


def kept_caf(typed: str) -> str:
    """The number without what is written around its digits; EvaluationRefused when it is not one."""
    number = "".join(_kept_characters(typed)).upper()
    if number and not CAF_NUMBER.fullmatch(number):
        raise EvaluationRefused(
            "Un N° CAF compte 7 chiffres, suivis parfois d’une lettre. N’écrivez pas de numéro de sécurité sociale."
        )
    return number


def _kept_characters(typed: str) -> Iterable[str]:
    return (character for character in typed if not character.isspace() and character not in ".-")
