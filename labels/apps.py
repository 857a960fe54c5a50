from django.apps import AppConfig


class LabelsConfig(AppConfig):
    name = "labels"
    verbose_name = "Décisions et labels"

    def ready(self) -> None:
        from labels.deadlines import register_deadlines

        register_deadlines()
