"""What the whole portal needs and that knows nothing of the label."""

from django.db import connection, models, transaction
from django.db.models import Exists, Min, OuterRef


class RegisterNumber(models.Model):
    """A number given in a register (« dossier-2026 », « lettre-2026 »): one row each, written with what bears it.

    Whoever takes a number waits for nobody, though the number is printed on a letter before the transaction ends: each
    takes the lowest that nobody has, nor is about to have. A transaction that fails gives its number back, and the next
    one takes it. So no number is given twice and none is lost, but close together their order may differ from that of
    the filings: only the recorded date and hour say which came first.
    """

    register = models.CharField("registre", max_length=60)
    value = models.PositiveIntegerField("numéro")

    class Meta:
        verbose_name = "numéro de registre"
        verbose_name_plural = "numéros de registre"
        constraints = [models.UniqueConstraint(fields=["register", "value"], name="core_number_given_once")]

    def __str__(self) -> str:
        return f"{self.register} : {self.value}"

    @classmethod
    def take(cls, register: str) -> int:
        """The next number of `register`, for the transaction that calls it."""
        with transaction.atomic():
            value = cls._lowest_free(register)
            while not _reserve(f"{register}:{value}") or cls.objects.filter(register=register, value=value).exists():
                value += 1
            cls.objects.create(register=register, value=value)
            return value

    @classmethod
    def _lowest_free(cls, register: str) -> int:
        given = cls.objects.filter(register=register)
        if not given.filter(value=1).exists():
            return 1
        following = given.filter(value=OuterRef("value") + 1)
        return given.exclude(Exists(following)).aggregate(last=Min("value"))["last"] + 1


def _reserve(name: str) -> bool:
    """False when another transaction under way holds `name`. SQLite lets one transaction write at a time."""
    if connection.vendor == "sqlite":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        return bool(cursor.fetchone()[0])


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
