"""The seven territories that the portal starts with. They live in the database afterwards, where they are edited."""

from django.utils.text import slugify

from accounts.models import Territory

TERRITORIES = (
    "Calaisis", "Boulonnais", "Audomarois", "Montreuillois-Ternois", "Artois", "Lens-Hénin", "Arrageois",
)  # fmt: skip


def ensure_territories() -> list[Territory]:
    """Create those that are missing; those that are there stay as they were edited. Returns the created ones."""
    pairs = [Territory.objects.get_or_create(slug=slugify(name), defaults={"name": name}) for name in TERRITORIES]
    return [territory for territory, created in pairs if created]
