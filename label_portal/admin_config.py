from django.contrib.admin.apps import AdminConfig


class ReferenceDataConfig(AdminConfig):
    """Django's admin, held to reference data."""

    default_site = "label_portal.reference_data.ReferenceDataSite"
