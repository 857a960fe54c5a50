"""What services answer when they refuse."""


class TrainingRefused(Exception):  # noqa: N818 — un refus n’est pas une panne
    """Nothing was written; the message is a French sentence for the person who tried. `field` names the culprit."""

    def __init__(self, message: str, *, field: str = ""):
        super().__init__(message)
        self.field = field
