from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Personnes et structures"

    def ready(self) -> None:
        from accounts import signals

        signals.connect()
