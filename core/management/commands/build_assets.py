from django.conf import settings
from django.core.management.base import BaseCommand

from core.assets import build_fonts


class Command(BaseCommand):
    help = "Prépare les polices des écrans (var/assets/fonts) ; ne refait que ce qui manque."
    # It runs before the first check: staticfiles complains of the very directory that it makes.
    requires_system_checks = []

    def handle(self, *, verbosity: int, **options: object) -> None:
        written = build_fonts(settings.VAR_DIR / "assets" / "fonts")
        if not verbosity:
            return
        for path in written:
            self.stdout.write(f"{path.name} : {path.stat().st_size // 1024} Ko")
        if not written:
            self.stdout.write("Polices : rien à refaire.")
