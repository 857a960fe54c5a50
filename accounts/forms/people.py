"""Forms about people: asking for access, invitations, roles, profile."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.enums import STRUCTURE_ROLES, LegalForm, Role
from accounts.forms.signing_in import PASSWORD_HELP
from accounts.models import AccessRequest, Invitation, Structure, Territory, User
from core.forms import PersonNameField, PhoneField, PortalForm, PortalModelForm, SiretField

STRUCTURE_CHOICES = [
    (Role.STRUCTURE_ADMIN.value, "Administrateur : complète le dossier, invite et gère les membres"),
    (Role.STRUCTURE_MEMBER.value, "Membre : complète le dossier"),
]
AGENT_CHOICES = [(role.value, role.label) for role in Role if role not in STRUCTURE_ROLES]


def territories() -> Any:
    """Those still in use."""
    return Territory.objects.filter(merged_into=None)


class AccessRequestForm(PortalModelForm):
    siret = SiretField(label="SIRET de la structure")
    first_name = PersonNameField(label="Votre prénom")
    last_name = PersonNameField(label="Votre nom")
    phone = PhoneField(label="Votre téléphone", required=False)

    class Meta:
        model = AccessRequest
        fields = (
            "siret", "structure_name", "legal_form", "territory",
            "first_name", "last_name", "job_title", "email", "phone", "message",
        )  # fmt: skip
        labels = {
            "structure_name": "Nom de la structure",
            "legal_form": "Forme juridique",
            "territory": "Territoire principal",
            "job_title": "Votre fonction",
            "email": "Votre adresse e-mail professionnelle",
            "message": "Ce que vous souhaitez nous dire",
        }
        help_texts = {
            "territory": "Celui où votre structure accompagne le plus d’allocataires du RSA.",
            "email": "L’invitation vous y sera envoyée.",
        }
        widgets = {
            "message": forms.Textarea(attrs={"rows": 3}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self.fields["territory"], territories())
        self.fields["structure_name"].widget.attrs["autocomplete"] = "organization"
        self.fields["first_name"].widget.attrs["autocomplete"] = "given-name"
        self.fields["last_name"].widget.attrs["autocomplete"] = "family-name"
        self.fields["job_title"].widget.attrs["autocomplete"] = "organization-title"


def choose(field: Any, queryset: Any, label: str = "Choisissez") -> None:
    field.queryset = queryset
    field.empty_label = label


class AcceptAccessForm(PortalForm):
    """What the DPID corrects before the structure is created; for a known structure only the role is asked."""

    structure_name = forms.CharField(label="Nom de la structure", max_length=160)
    legal_form = forms.ChoiceField(label="Forme juridique", choices=LegalForm.choices)
    territory = forms.ModelChoiceField(label="Territoire principal", queryset=Territory.objects.none())
    role = forms.ChoiceField(label="Rôle de la personne", choices=STRUCTURE_CHOICES, widget=forms.RadioSelect)

    def __init__(self, *args: Any, structure: Structure | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self.fields["territory"], territories())
        if structure is None:
            del self.fields["role"]
        else:
            for name in ("structure_name", "legal_form", "territory"):
                del self.fields[name]


class RefuseAccessForm(PortalForm):
    reason = forms.CharField(
        label="Motif du refus",
        help_text="Il est envoyé tel quel à la personne.",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class InvitationForm(PortalForm):
    email = forms.EmailField(
        label="Adresse e-mail",
        help_text="Un lien personnel y est envoyé. Il est valable sept jours et sert une seule fois.",
    )
    first_name = PersonNameField(label="Prénom", required=False)
    last_name = PersonNameField(label="Nom", required=False)


class InviteMemberForm(InvitationForm):
    role = forms.ChoiceField(label="Rôle", choices=STRUCTURE_CHOICES, widget=forms.RadioSelect)


class TerritoriesField(forms.ModelMultipleChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            queryset=territories(), required=False, widget=forms.CheckboxSelectMultiple,
            label="Territoires", help_text="Pour une personne du SLAI seulement.", **kwargs,
        )  # fmt: skip


class MatchingTerritories(PortalForm):
    """A SLAI facilitator has territories, and nobody else does."""

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("role") == Role.SLAI and not data.get("territories") and "territories" in self.fields:
            self.add_error("territories", "Choisissez au moins un territoire.")
        if data.get("role") != Role.SLAI:
            data["territories"] = []
        return data


class InviteAgentForm(MatchingTerritories, InvitationForm):
    role = forms.ChoiceField(label="Rôle", choices=AGENT_CHOICES, widget=forms.RadioSelect)
    territories = TerritoriesField()


class RoleForm(MatchingTerritories):
    role = forms.ChoiceField(label="Rôle", widget=forms.RadioSelect)
    territories = TerritoriesField()

    def __init__(self, *args: Any, member: User, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"role": member.role, "territories": member.territories.all()})
        super().__init__(*args, **kwargs)
        role: Any = self.fields["role"]
        role.choices = STRUCTURE_CHOICES if member.structure_id else AGENT_CHOICES
        if member.structure_id:
            del self.fields["territories"]


class ProfileForm(PortalModelForm):
    first_name = PersonNameField(label="Prénom")
    last_name = PersonNameField(label="Nom")
    phone = PhoneField(label="Téléphone", required=False)

    class Meta:
        model = User
        fields = ("first_name", "last_name", "job_title", "phone")


class AcceptInvitationForm(PortalForm):
    first_name = PersonNameField(label="Prénom")
    last_name = PersonNameField(label="Nom")
    job_title = forms.CharField(label="Fonction", max_length=120, required=False)
    phone = PhoneField(label="Téléphone", required=False)
    password1 = forms.CharField(
        label="Choisissez un mot de passe",
        help_text=PASSWORD_HELP,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label="Le même, une seconde fois",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invitation = invitation

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        password = data.get("password1")
        if password and data.get("password2") and password != data["password2"]:
            self.add_error("password2", "Les deux mots de passe diffèrent.")
        elif password:
            person = User(
                email=self.invitation.email,
                first_name=data.get("first_name", ""),
                last_name=data.get("last_name", ""),
            )
            try:
                validate_password(password, person)
            except ValidationError as error:
                self.add_error("password1", error)
        return data
