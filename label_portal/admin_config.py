"""Libraries whose configuration is ours."""

from auditlog.apps import AuditlogConfig
from django.contrib.admin.apps import AdminConfig


class ReferenceDataConfig(AdminConfig):
    """Django's admin, held to reference data."""

    default_site = "label_portal.reference_data.ReferenceDataSite"


class JournalConfig(AuditlogConfig):
    """The journal of reference data, in French."""

    verbose_name = "Journal des modifications"
