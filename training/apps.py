from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "training"
    verbose_name = "Formation des référents"

    def ready(self) -> None:
        from accounts.leaving import gives_up
        from training.deadlines import register_deadlines
        from training.services.departures import places_of

        register_deadlines()
        gives_up(places_of)
