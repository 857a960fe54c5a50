"""`python -m benchmarks.prepare bare|portal|uploader|workstation ROWS`: tables, rows, a session; prints its key."""

import sys
import time
from datetime import timedelta

import django

django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402


def bare(rows: int) -> tuple[object, dict[str, int]]:
    from benchmarks.bare.models import Document

    now = timezone.now()
    Document.objects.bulk_create(
        [
            Document(
                number=f"D-{rank:05d}",
                organisation=f"Association d’accompagnement n° {rank:05d}",
                territory=f"Territoire {rank % 7}",
                state=("déposé", "instruit", "décidé")[rank % 3],
                filed_at=now - timedelta(minutes=rank),
            )
            for rank in range(rows)
        ],
        batch_size=2000,
    )
    return get_user_model().objects.create_user("agent"), {}


def portal(rows: int) -> tuple[object, dict[str, int]]:
    """The agent has a second factor and a session that has just begun, as production wants them."""
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    from accounts.middleware import SEEN_AT, SIGNED_IN_AT
    from benchmarks.files import fill

    agent = fill(rows, now=timezone.now())
    TOTP.activate(agent, generate_totp_secret())
    now = int(time.time())
    return agent, {SIGNED_IN_AT: now, SEEN_AT: now}


def uploader(rows: int) -> tuple[object, dict[str, int]]:
    """Somebody of a structure whose draft is open."""
    from accounts.enums import LegalForm, Role
    from accounts.middleware import SEEN_AT, SIGNED_IN_AT
    from accounts.models import Structure, Territory
    from applications.services import open_application

    territory = Territory.objects.create(name="Territoire", slug="territoire")
    structure = Structure.objects.create(
        name="Association de la mesure", siret="51290001900016", legal_form=LegalForm.ASSOCIATION, address="1 rue",
        postal_code="62000", city="Arras", lead_territory=territory,
    )  # fmt: skip
    member = get_user_model().objects.create_user(
        "mesure@exemple.fr", first_name="Claire", last_name="Mesure", role=Role.STRUCTURE_ADMIN, structure=structure
    )
    open_application(structure=structure, actor=member, now=timezone.now())
    now = int(time.time())
    return member, {SIGNED_IN_AT: now, SEEN_AT: now}


def workstation(rows: int) -> tuple[object, dict[str, int]]:
    """Two panels open to the control, of 15 CERs (the first ones) and of `rows`; half of each is scored."""
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    from accounts.middleware import SEEN_AT, SIGNED_IN_AT
    from benchmarks.panels import fill_panels

    agent = fill_panels((15, rows), now=timezone.now())
    TOTP.activate(agent, generate_totp_secret())
    now = int(time.time())
    return agent, {SIGNED_IN_AT: now, SEEN_AT: now}


def session_of(user: object, marks: dict[str, int]) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = django.conf.settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.update(marks)
    session.create()
    return session.session_key


if __name__ == "__main__":
    site, rows = sys.argv[1:]
    call_command("migrate", run_syncdb=True, verbosity=0)
    user, marks = {"bare": bare, "portal": portal, "uploader": uploader, "workstation": workstation}[site](int(rows))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    print(session_of(user, marks))
