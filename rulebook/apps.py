from django.apps import AppConfig

from rulebook.book import available_versions, get_rulebook


class RulebookConfig(AppConfig):
    name = "rulebook"
    verbose_name = "Cahier des charges"

    def ready(self) -> None:
        """Read every version now: a faulty line stops the start, not a page six months later."""
        for version in available_versions():
            get_rulebook(version)
