from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "applications"
    verbose_name = "Dossiers"

    def ready(self) -> None:
        from applications.deadlines import register_deadlines
        from applications.selectors import paper_address
        from applications.uploads import register_owners
        from training.papers import sent_on

        register_deadlines()
        register_owners()
        sent_on(paper_address)
