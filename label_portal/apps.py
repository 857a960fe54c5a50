from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "label_portal"
    verbose_name = "Portail"
