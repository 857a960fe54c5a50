from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "applications"
    verbose_name = "Dossiers"

    def ready(self) -> None:
        from applications.deadlines import register_deadlines
        from applications.uploads import register_owners

        register_deadlines()
        register_owners()
