"""What is kept of the first criterion: each structure's records, and the Département's sessions."""

from training.models.attestations import Attestation
from training.models.catalogue import LocalModule, ModuleEdition
from training.models.past import PastTraining, RosterImport
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
from training.models.supports import SupportLog, SupportRequest

__all__ = [
    "AttendanceCertificate",
    "AttendanceMark",
    "Attestation",
    "CalendarLink",
    "CertificateRuling",
    "Enrolment",
    "EnrolmentLog",
    "LocalModule",
    "ModuleEdition",
    "PastTraining",
    "RosterImport",
    "SessionHalfDay",
    "SessionLog",
    "SupportLog",
    "SupportRequest",
    "TrainingCommitment",
    "TrainingRecord",
    "TrainingSession",
]
