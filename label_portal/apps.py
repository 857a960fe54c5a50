from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "label_portal"
    verbose_name = "Portail"

    def ready(self) -> None:
        from label_portal import checks  # noqa: F401 — s’enregistrent à l’import
