"""`init_portal`: a real portal from an empty database."""

import re

import pytest
from django.core.management import CommandError, call_command

from accounts.enums import Role
from accounts.models import Invitation, Structure, Territory, User
from core.models import SiteText
from label_portal.territories import TERRITORIES
from tests.factories import make_user

pytestmark = pytest.mark.django_db
EMAIL = "prenom.nom@exemple.fr"


def init(capsys, email=EMAIL):
    """What the command says, and the link's path if it gives one."""
    call_command("init_portal", email=email, first_name="Prénom", last_name="Nom")
    said = capsys.readouterr().out
    link = re.search(r"https?://[^/]+(/\S+)", said)
    return said, link and link.group(1)


def test_it_creates_territories_texts_and_the_first_administrators_invitation(capsys, client):
    said, path = init(capsys)
    assert set(Territory.objects.values_list("name", flat=True)) == set(TERRITORIES)
    assert SiteText.objects.filter(slug="mentions-legales").exists()
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.role, invitation.invited_by) == (EMAIL, Role.ADMINISTRATOR, None)
    assert not Structure.objects.exists()
    assert not User.objects.exists()
    assert "Territoires ajoutés" in said
    page = client.get(path, follow=True)
    assert page.status_code == 200
    assert EMAIL in page.content.decode()


def test_done_again_it_keeps_what_was_edited_and_only_the_last_link_works(capsys, client):
    _, former = init(capsys)
    Territory.objects.filter(name="Artois").update(slai_email="slai@exemple.fr")
    SiteText.objects.filter(slug="mentions-legales").update(body="Réécrites.")
    said, latest = init(capsys)
    assert "aucun, ils y sont déjà" in said
    assert Territory.objects.get(name="Artois").slai_email == "slai@exemple.fr"
    assert SiteText.objects.get(slug="mentions-legales").body == "Réécrites."
    assert former != latest
    assert EMAIL not in client.get(former, follow=True).content.decode()
    assert EMAIL in client.get(latest, follow=True).content.decode()


def test_a_portal_with_an_administrator_invites_nobody(capsys):
    make_user(Role.ADMINISTRATOR)
    said, path = init(capsys)
    assert (path, Invitation.objects.count()) == (None, 0)
    assert "a déjà un administrateur" in said


def test_a_wrong_address_is_refused_and_nothing_is_written(capsys):
    with pytest.raises(CommandError, match="n’est pas une adresse"):
        init(capsys, email="prenom.nom")
    assert not Territory.objects.exists()


def test_an_address_that_has_an_account_is_said(capsys):
    make_user(Role.STRUCTURE_ADMIN, email=EMAIL)
    with pytest.raises(CommandError, match="a déjà un compte"):
        init(capsys)
