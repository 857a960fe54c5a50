"""Write docs/etats.md from the transition tables."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from label_portal.state_tables import state_tables


class Command(BaseCommand):
    help = "Écrit docs/etats.md à partir des tables de transitions."

    def handle(self, *args: Any, **options: Any) -> None:
        page = settings.BASE_DIR / "docs" / "etats.md"
        page.parent.mkdir(exist_ok=True)
        page.write_text(state_tables(), encoding="utf-8")
        self.stdout.write(f"{page.relative_to(settings.BASE_DIR)} est à jour.")
