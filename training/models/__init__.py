"""What is kept of the first criterion: each structure's records, and the Département's sessions."""

from training.models.attestations import Attestation
from training.models.records import (
    AttendanceCertificate,
    CertificateRuling,
    TrainingCommitment,
    TrainingRecord,
)
from training.models.sessions import (
    AttendanceMark,
    CalendarLink,
    Enrolment,
    EnrolmentLog,
    SessionHalfDay,
    SessionLog,
    TrainingSession,
)

__all__ = [
    "AttendanceCertificate",
    "AttendanceMark",
    "Attestation",
    "CalendarLink",
    "CertificateRuling",
    "Enrolment",
    "EnrolmentLog",
    "SessionHalfDay",
    "SessionLog",
    "TrainingCommitment",
    "TrainingRecord",
    "TrainingSession",
]
