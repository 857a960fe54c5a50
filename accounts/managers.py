"""Scopes: what each user may see. Somebody else's object is a 404."""

from typing import Any, Self

from allauth.account.models import EmailAddress
from django.contrib.auth.base_user import BaseUserManager
from django.db import models
from django.db.models import Q

from accounts import roles


def structure_scope(user: Any, prefix: str = "") -> Q | None:
    """The condition on a relation to Structure (`prefix`, e.g. "structure__") that limits rows to what `user` sees.

    Its own structure for a structure, those of its territories (lead or not) for a SLAI, all for the other agents;
    None when nothing may be seen. Territories use a sub-select, so rows are never doubled.
    """
    if roles.is_structure(user):
        return Q(**{f"{prefix}pk": user.structure_id})
    if roles.is_slai(user):
        from accounts.models import Structure

        mine = Structure.objects.filter(
            Q(lead_territory__in=user.territories.all()) | Q(territories__in=user.territories.all())
        )
        return Q(**{f"{prefix}pk__in": mine.values("pk")})
    if roles.sees_every_territory(user):
        return Q()
    return None


class ScopedQuerySet(models.QuerySet[Any]):
    """A queryset that knows who may see its rows through the relation path `structure_path`."""

    structure_path = "structure__"

    def visible_to(self, user: Any) -> Self:
        scope = structure_scope(user, self.structure_path)
        return self.none() if scope is None else self.filter(scope)


class StructureQuerySet(ScopedQuerySet):
    structure_path = ""


class UserManager(BaseUserManager[Any]):
    """Users are known by their e-mail, stored in lower case. Nobody signs up: whoever opens the account (invitation,
    administrator) vouches for the address, so that it counts as verified from the start."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Any:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        EmailAddress.objects.using(self._db).create(user=user, email=user.email, primary=True, verified=True)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> Any:
        from accounts.enums import Role

        return self.create_user(email, password, **{"role": Role.ADMINISTRATOR, **fields})

    def get_by_natural_key(self, username: str | None) -> Any:
        return self.get(email__iexact=username)
