from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    name = "evaluation"
    verbose_name = "Qualité des CER"

    def ready(self) -> None:
        from evaluation.services.draws import publish_secrets
        from notices.registry import record_before_sweep

        record_before_sweep(publish_secrets)
