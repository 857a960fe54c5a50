"""Texts of the site: shipped, edited, and harmless whatever is written in them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.markdown import render_markdown
from core.models import SiteText
from core.texts import SLUGS, ensure_site_texts, shipped_text


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("<div onclick=x>\n\nà *lire*", "<p>&lt;div onclick=x&gt;</p>\n<p>à <em>lire</em></p>"),
        ("a <b>c</b>", "<p>a &lt;b&gt;c&lt;/b&gt;</p>"),
        ("[ici](javascript:alert(1))", "<p><a>ici</a></p>"),
        ("[ici](JaVaScRiPt:alert(1))", "<p><a>ici</a></p>"),
        ("[ici](data:text/html,x)", "<p><a>ici</a></p>"),
        ("[ici](//ailleurs.example)", "<p><a>ici</a></p>"),
        ("[ici][1]\n\n[1]: javascript:alert(1)", "<p><a>ici</a></p>"),
        ("[ici](https://www.cnil.fr)", '<p><a href="https://www.cnil.fr">ici</a></p>'),
        ("[nous](mailto:label@exemple.fr)", '<p><a href="mailto:label@exemple.fr">nous</a></p>'),
        ("[accueil](/)", '<p><a href="/">accueil</a></p>'),
        ("![x](https://ailleurs.example/x.png)", "<p>![x](https://ailleurs.example/x.png)</p>"),
        ("<javascript:alert(1)>", "<p>&lt;javascript:alert(1)&gt;</p>"),
        ("## Titre\n\n- un\n- deux", "<h2>Titre</h2>\n<ul>\n<li>un</li>\n<li>deux</li>\n</ul>"),
    ],
)
def test_markdown(text, html):
    assert render_markdown(text) == html


PIECES = [
    "<",
    ">",
    "script",
    "img src=x onerror=1",
    "[a](",
    ")",
    "javascript:",
    "![",
    "`",
    "*",
    "&lt;",
    '"',
    "\n",
    "    ",
    "#",
]


TAGS = set("p a em strong code pre h1 h2 h3 h4 h5 h6 ul ol li br hr blockquote".split())  # noqa: SIM905


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_nothing_written_becomes_active(text):
    html = render_markdown(text)
    tags = set(re.findall(r"<\s*/?\s*([a-z0-9]+)", html, re.IGNORECASE))
    assert tags <= TAGS
    assert not re.search(r"<[^>]*\son\w+\s*=", html)
    assert not re.search(r'href="\s*javascript', html, re.IGNORECASE)


@pytest.mark.django_db
@pytest.mark.parametrize("slug", SLUGS)
def test_every_text_is_public_and_shipped(client, slug):
    response = client.get(f"/textes/{slug}/")
    assert response.status_code == 200
    assert f"<h1>{shipped_text(slug).title}</h1>" in response.content.decode()
    assert f'href="/textes/{slug}/"' in client.get("/").content.decode(), "linked in the footer"


@pytest.mark.django_db
def test_an_edited_text_is_shown_and_kept(client):
    ensure_site_texts()
    assert SiteText.objects.count() == len(SLUGS)
    SiteText.objects.filter(slug="modalites").update(title="Nos règles", body="Une **règle**.")
    ensure_site_texts()
    page = client.get("/textes/modalites/").content.decode()
    assert "<h1>Nos règles</h1>" in page
    assert "<strong>règle</strong>" in page
    assert "Mis à jour le" in page


@pytest.mark.django_db
def test_there_is_no_other_text(client):
    SiteText.objects.create(slug="secret", title="x", body="x")
    assert client.get("/textes/secret/").status_code == 404
