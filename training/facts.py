"""What the rules on training are told: plain, frozen, without a database."""

from dataclasses import dataclass
from datetime import date

from training.enums import CertificateState, CommitmentKind


@dataclass(frozen=True, slots=True)
class ReferentFacts:
    """``left_on`` is the last day in post."""

    code: str
    name: str
    arrived_on: date | None = None
    left_on: date | None = None
    funded: bool = True


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """``part`` is None when the certificate covers the whole module."""

    referent_code: str
    module_id: str
    part: int | None = None
    status: CertificateState | str = CertificateState.TO_CHECK
    followed_on: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CommitmentFacts:
    """``obligation``: a compulsory module or ``OPT``. ``has_proof``: the proof of absence, or the training plan."""

    referent_code: str
    obligation: str
    kind: CommitmentKind | str
    due_on: date
    session_on: date | None = None
    has_proof: bool = True
