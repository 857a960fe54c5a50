import pytest
from django.urls import reverse

from core.showcase import ICONS

pytestmark = pytest.mark.django_db


def test_the_components_are_shown_in_demo_mode_only(client, settings):
    settings.DEMO_MODE = True
    page = client.get(reverse("components")).content.decode()
    for icon in ICONS:
        assert f'<symbol id="i-{icon}"' in page
    settings.DEMO_MODE = False
    assert client.get(reverse("components")).status_code == 404


def test_colours_are_remembered_and_the_way_back_stays_here(client):
    response = client.post(reverse("theme"), {"theme": "dark", "next": "/dossier/?page=2"})
    assert response["Location"] == "/dossier/?page=2"
    assert client.cookies["theme"].value == "dark"
    assert client.post(reverse("theme"), {"theme": "rose", "next": "https://ailleurs.fr/"})["Location"] == "/"
    assert client.cookies["theme"].value == "dark"
    assert client.get(reverse("theme")).status_code == 405
