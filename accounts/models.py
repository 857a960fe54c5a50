"""Territories, structures, référents, users and what opens the door to them."""

from datetime import date, datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

from accounts.enums import STRUCTURE_ROLES, LegalForm, RequestState, Role
from accounts.managers import ScopedQuerySet, StructureQuerySet, UserManager
from accounts.validators import validate_siret


class Territory(models.Model):
    """A territory of the Département with its Service Local Allocation Insertion. Editable reference data."""

    name = models.CharField("nom", max_length=80, unique=True)
    slug = models.SlugField("code", unique=True)
    slai_email = models.EmailField("courriel du SLAI", blank=True)
    slai_phone = models.CharField("téléphone du SLAI", max_length=20, blank=True)
    slai_address = models.CharField("adresse du SLAI", max_length=200, blank=True)
    optional_modules = models.JSONField(
        "modules facultatifs admis",
        default=list,
        blank=True,
        help_text="Liste des codes (O1, O2…). Vide : tous les modules facultatifs conviennent (point 5-1).",
    )
    merged_into = models.ForeignKey("self", models.PROTECT, verbose_name="fusionné dans", null=True, blank=True)
    merged_on = models.DateField("fusionné le", null=True, blank=True)

    class Meta:
        verbose_name = "territoire"
        verbose_name_plural = "territoires"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(merged_into=None, merged_on=None) | Q(merged_into__isnull=False, merged_on__isnull=False),
                name="accounts_territory_merge_dated",
                violation_error_message="Une fusion de territoires a un territoire d’accueil et une date.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Structure(models.Model):
    """An organisation that supports RSA recipients (CdC 2). No limit of legal form (R4)."""

    name = models.CharField("nom", max_length=160)
    siret = models.CharField(
        "SIRET", max_length=14, unique=True, validators=[validate_siret],
        error_messages={"unique": "Une structure porte déjà ce SIRET."},
    )  # fmt: skip
    rna = models.CharField("numéro RNA", max_length=10, blank=True)
    legal_form = models.CharField("forme juridique", max_length=20, choices=LegalForm)
    address = models.CharField("adresse", max_length=200, blank=True)
    postal_code = models.CharField("code postal", max_length=5, blank=True)
    city = models.CharField("ville", max_length=80, blank=True)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    email = models.EmailField("courriel de la structure", blank=True)
    lead_territory = models.ForeignKey(
        Territory, models.PROTECT, verbose_name="territoire principal", related_name="led_structures"
    )
    territories = models.ManyToManyField(
        Territory, verbose_name="autres territoires", related_name="structures", blank=True
    )
    created_at = models.DateTimeField("créée le", auto_now_add=True)

    objects = StructureQuerySet.as_manager()

    class Meta:
        verbose_name = "structure"
        verbose_name_plural = "structures"
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class Referent(models.Model):
    """A professional who supports RSA recipients. Known to evaluators by a neutral code (R01) only."""

    structure = models.ForeignKey(Structure, models.PROTECT, verbose_name="structure", related_name="referents")
    code = models.CharField("code", max_length=4, editable=False)
    first_name = models.CharField("prénom", max_length=80)
    last_name = models.CharField("nom", max_length=80)
    email = models.EmailField("courriel", blank=True)
    arrived_on = models.DateField("arrivée dans la structure")
    left_on = models.DateField("départ de la structure", null=True, blank=True)
    funded = models.BooleanField("financé par le Département", default=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "référent"
        verbose_name_plural = "référents"
        ordering = ["structure", "code"]
        constraints = [
            models.UniqueConstraint(fields=["structure", "code"], name="accounts_referent_code_once"),
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(left_on__gte=F("arrived_on")),
                name="accounts_referent_dates_in_order",
                violation_error_message="Le départ ne peut pas précéder l’arrivée.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}"

    def is_active_on(self, day: date) -> bool:
        """Present in the structure on `day`, both ends included."""
        return self.arrived_on <= day and (self.left_on is None or day <= self.left_on)


class User(AbstractBaseUser):
    """A person who signs in, by e-mail. One role each; a structure's people belong to exactly one structure."""

    email = models.EmailField("courriel", unique=True, error_messages={"unique": "Ce courriel a déjà un compte."})
    first_name = models.CharField("prénom", max_length=80)
    last_name = models.CharField("nom", max_length=80)
    job_title = models.CharField("fonction", max_length=120, blank=True)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    role = models.CharField("rôle", max_length=20, choices=Role)
    structure = models.ForeignKey(
        Structure, models.PROTECT, verbose_name="structure", related_name="members", null=True, blank=True
    )
    territories = models.ManyToManyField(Territory, verbose_name="territoires", related_name="agents", blank=True)
    is_active = models.BooleanField("actif", default=True)
    session_generation = models.PositiveIntegerField("génération des sessions", default=0, editable=False)
    created_at = models.DateTimeField("créé le", auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["first_name", "last_name"]

    class Meta:
        verbose_name = "personne"
        verbose_name_plural = "personnes"
        ordering = ["last_name", "first_name", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"), name="accounts_user_email_once", violation_error_message="Ce courriel a déjà un compte."
            ),
            models.CheckConstraint(
                condition=Q(role__in=sorted(STRUCTURE_ROLES), structure__isnull=False)
                | (~Q(role__in=sorted(STRUCTURE_ROLES)) & Q(structure=None)),
                name="accounts_user_structure_matches_role",
                violation_error_message="Seules les personnes d’une structure sont rattachées à une structure.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}"

    def get_short_name(self) -> str:
        return self.first_name

    @property
    def initials(self) -> str:
        return f"{self.first_name[:1]}{self.last_name[:1]}".upper()

    @property
    def is_staff(self) -> bool:
        """May open the reference-data admin (Django asks under this name)."""
        return self.is_active and self.role == Role.ADMINISTRATOR

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Every open session carries this value: a new password or a new generation ends them all at once."""
        return salted_hmac(
            "accounts.User.session", f"{self.password}:{self.session_generation}", secret=secret, algorithm="sha256"
        ).hexdigest()

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff


class Delegation(models.Model):
    """The power to sign decisions: the Président, or a delegate, with the delegation's reference and dates (A29)."""

    user = models.ForeignKey(User, models.PROTECT, verbose_name="signataire", related_name="delegations")
    quality = models.CharField("qualité", max_length=160, help_text="Telle qu’imprimée sous la signature.")
    reference = models.CharField("référence de l’arrêté de délégation", max_length=160)
    valid_from = models.DateField("du")
    valid_until = models.DateField("au", null=True, blank=True)

    class Meta:
        verbose_name = "délégation de signature"
        verbose_name_plural = "délégations de signature"
        ordering = ["-valid_from", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="accounts_delegation_dates_in_order",
                violation_error_message="La fin de la délégation ne peut pas précéder son début.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.quality}"


class AccessRequest(models.Model):
    """Somebody asks for access for a structure. The answer on screen is the same whether or not the SIRET is known."""

    siret = models.CharField("SIRET", max_length=14, validators=[validate_siret])
    structure_name = models.CharField("nom de la structure", max_length=160)
    legal_form = models.CharField("forme juridique", max_length=20, choices=LegalForm, default=LegalForm.ASSOCIATION)
    territory = models.ForeignKey(Territory, models.PROTECT, verbose_name="territoire principal")
    first_name = models.CharField("prénom", max_length=80)
    last_name = models.CharField("nom", max_length=80)
    job_title = models.CharField("fonction", max_length=120, blank=True)
    email = models.EmailField("courriel")
    phone = models.CharField("téléphone", max_length=20, blank=True)
    message = models.TextField("message", max_length=2000, blank=True)
    state = models.CharField("état", max_length=10, choices=RequestState, default=RequestState.PENDING)
    created_at = models.DateTimeField("reçue le")
    decided_at = models.DateTimeField("examinée le", null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, verbose_name="examinée par", null=True, blank=True)
    reason = models.TextField("motif", blank=True)

    class Meta:
        verbose_name = "demande d’accès"
        verbose_name_plural = "demandes d’accès"
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=RequestState.PENDING, decided_at=None, decided_by=None)
                | (~Q(state=RequestState.PENDING) & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="accounts_access_request_decided_whole",
                violation_error_message="Une demande examinée porte une date et un auteur.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.structure_name} ({self.siret})"


class Invitation(models.Model):
    """A personal link to open an account. Only the SHA-256 of the token is stored."""

    email = models.EmailField("courriel")
    first_name = models.CharField("prénom", max_length=80, blank=True)
    last_name = models.CharField("nom", max_length=80, blank=True)
    role = models.CharField("rôle", max_length=20, choices=Role)
    structure = models.ForeignKey(Structure, models.PROTECT, verbose_name="structure", null=True, blank=True)
    territories = models.ManyToManyField(Territory, verbose_name="territoires", blank=True)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(User, models.PROTECT, verbose_name="invité par", related_name="+", null=True)
    created_at = models.DateTimeField("créée le")
    sent_at = models.DateTimeField("courriel parti le", null=True, blank=True, editable=False)
    expires_at = models.DateTimeField("expire le")
    accepted_at = models.DateTimeField("acceptée le", null=True, blank=True)
    revoked_at = models.DateTimeField("annulée le", null=True, blank=True)

    class Meta:
        verbose_name = "invitation"
        verbose_name_plural = "invitations"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=sorted(STRUCTURE_ROLES), structure__isnull=False)
                | (~Q(role__in=sorted(STRUCTURE_ROLES)) & Q(structure=None)),
                name="accounts_invitation_structure_matches_role",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="accounts_invitation_dates_in_order"
            ),
        ]

    def __str__(self) -> str:
        return self.email

    def is_open_at(self, now: datetime) -> bool:
        """Neither used, nor revoked, nor expired."""
        return self.accepted_at is None and self.revoked_at is None and now < self.expires_at
