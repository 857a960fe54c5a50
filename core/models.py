"""What the whole portal needs and that knows nothing of the label."""

from django.db import models, transaction


class Counter(models.Model):
    """A register's last number. One row per register and year, locked while a number is taken."""

    name = models.CharField("registre", max_length=60, unique=True)
    value = models.PositiveIntegerField("dernier numéro", default=0)

    class Meta:
        verbose_name = "compteur"
        verbose_name_plural = "compteurs"

    def __str__(self) -> str:
        return f"{self.name} : {self.value}"

    @classmethod
    def take(cls, name: str) -> int:
        """The next number of the register `name`, gapless: it is given back if the transaction fails."""
        with transaction.atomic():
            cls.objects.get_or_create(name=name)
            counter = cls.objects.select_for_update().get(name=name)
            counter.value += 1
            counter.save(update_fields=["value"])
            return counter.value


class SiteText(models.Model):
    """A text that the administrator edits (legal notice, personal data, terms, accessibility). Markdown."""

    slug = models.SlugField("adresse", unique=True)
    title = models.CharField("titre", max_length=120)
    body = models.TextField("texte (Markdown)")
    updated_at = models.DateTimeField("mis à jour le", auto_now=True)

    class Meta:
        verbose_name = "texte du site"
        verbose_name_plural = "textes du site"
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title


class DemoDay(models.Model):
    """The demo mode's « date du jour », as a shift in days from the real one. At most one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    shift_days = models.IntegerField("décalage en jours", default=0)

    class Meta:
        verbose_name = "date de démonstration"
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="core_one_demo_day")]

    def __str__(self) -> str:
        return f"{self.shift_days:+d} jours"
