from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "training"
    verbose_name = "Formation des référents"

    def ready(self) -> None:
        from training.deadlines import register_deadlines

        register_deadlines()
