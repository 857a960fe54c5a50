"""The components in templates: markup, words, and what they say to a screen reader."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, RequestContext, Template
from django.test import RequestFactory

from core.components import CalcStep, FilingStep, LifeStep, Progress, Tab
from core.forms import MultipleFilesField, PortalForm, SiretField

TODAY = date(2026, 3, 16)


def show(source, request=None, **context):
    return Template(source).render(RequestContext(request, context) if request else Context(context)).strip()


# Filters


@pytest.mark.parametrize(
    ("source", "value", "expected"),
    [
        ("{{ v|day_long }}", date(2026, 3, 23), "lundi 23\u00a0mars 2026"),
        ("{{ v|day_long }}", date(2030, 6, 1), "samedi 1<sup>er</sup>\u00a0juin 2030"),
        ("{{ v|day_plain }}", date(2030, 6, 1), "samedi 1er\u00a0juin 2030"),
        ("{{ v|day_short }}", date(2026, 9, 15), "mar. 15\u00a0sept. 2026"),
        ("{{ v|day_date }}", date(2031, 1, 14), "14\u00a0janvier 2031"),
        ("{{ v|day_month }}", date(2026, 5, 1), "1<sup>er</sup>\u00a0mai"),
        ("{{ v|day_date }}", datetime(2026, 3, 22, 23, 30, tzinfo=UTC), "23\u00a0mars 2026"),
        ("{{ v|time_fr }}", datetime(2026, 3, 16, 19, 42, tzinfo=UTC), "20\u00a0h\u00a042"),
        ("{{ v|percent }}", Fraction(2185, 2800), "78,03\u202f%"),
        ("{{ v|decimal_fr }}", Decimal("7.50"), "7,5"),
        ("{{ v|file_size }}", 86_400, "84\u00a0Ko"),
        ("{{ v|siret }}", "51290077000011", "512\u00a0900\u00a0770\u00a000011"),
        ("{{ v|phone_fr }}", "+33300000001", "03\u00a000\u00a000\u00a000\u00a001"),
        ("{{ v|phone_link }}", "03 00 00 00 01", "+33300000001"),
        ("{{ v|length }} pièce{{ v|plural_fr }}", ["a", "b"], "2 pièces"),
        ("chev{{ v|plural_fr:'al,aux' }}", 1, "cheval"),
        ("{{ v|initials }}", "Claire Marie Vasseur", "CV"),
    ],
)
def test_filter(source, value, expected):
    assert show(source, v=value) == expected


@pytest.mark.parametrize(
    "name",
    ["day_long", "day_short", "day_date", "day_month", "day_plain", "time_fr", "percent", "decimal_fr", "file_size"],
)
def test_nothing_gives_nothing(name):
    assert show(f"{{{{ v|{name} }}}}", v=None) == ""


# Small signs


def test_icon_is_decorative_unless_named():
    assert show('{% icon "check" %}') == '<svg class="icon" aria-hidden="true"><use href="#i-check"/></svg>'
    assert 'role="img" aria-label="Retirer &lt;A&gt;"' in show('{% icon "x" label=words %}', words="Retirer <A>")


def test_state_escapes_its_words():
    assert show('{% state "ok" "check" label %}', label="<b>") == (
        '<span class="state t-ok"><svg class="icon" aria-hidden="true"><use href="#i-check"/></svg>&lt;b&gt;</span>'
    )
    assert '<span class="state">' in show('{% state "" "edit" "Brouillon" %}')


@pytest.mark.parametrize(
    ("day", "words", "urgent"),
    [
        (date(2026, 3, 23), "dans 7\u00a0jours", True),
        (date(2026, 3, 24), "dans 8\u00a0jours", False),
        (date(2026, 3, 16), "aujourd’hui", True),
        (date(2026, 3, 15), "en retard d’un jour", True),
    ],
)
def test_due_says_the_days_left(day, words, urgent):
    html = show("{% due day today %}", day=day, today=TODAY)
    assert f">{words}</span>" in html
    assert ("t-urgent" in html) is urgent


def test_due_without_lateness():
    html = show("{% due day today late=False %}", day=date(2026, 3, 1), today=TODAY)
    assert "retard" not in html
    assert ">1<sup>er</sup></time>" in html


def test_due_inline():
    assert show("{% due_inline day %}", day=date(2026, 6, 1)) == (
        '<time class="due-inline" datetime="2026-06-01">lun. 1<sup>er</sup>\u00a0juin 2026</time>'
    )


@pytest.mark.parametrize(
    ("share", "words", "css"),
    [
        (Fraction(8, 10), "Structure\u00a0: 80\u202f%, seuil de 80\u202f% atteint", "g-ok"),
        (Fraction(79_999, 100_000), "Structure\u00a0: 79,99\u202f%, seuil de 80\u202f% non atteint", "g-low"),
    ],
)
def test_gauge_tells_the_verdict(share, words, css):
    html = show('{% gauge share threshold label="Structure" %}', share=share, threshold=Fraction(4, 5))
    assert f'aria-label="{words}"' in html
    assert f'class="{css}"' in html
    assert 'x="79.6"' in html


def test_gauge_has_no_verdict_on_what_is_not_measured():
    html = show('{% gauge None threshold label="Structure" %}', threshold=Fraction(4, 5))
    assert 'aria-label="Structure : pas encore évalué, seuil de 80 %"' in html
    assert 'width="0.0"' in html


def test_gauge_never_overflows():
    assert 'width="100.0"' in show("{% gauge share %}", share=Fraction(3, 2))


def test_saved_waits_in_silence():
    assert show("{% saved %}") == '<p class="saved" role="status" data-saved></p>'
    assert "Enregistré à 20\u00a0h\u00a042" in show("{% saved at %}", at=datetime(2026, 3, 16, 19, 42, tzinfo=UTC))


# Blocks


@pytest.mark.parametrize(
    "steps",
    [
        [(date(2026, 2, 20), "La demande part."), ("+ 30 jours", "Dimanche."), (date(2026, 3, 23), "Report.")],
        [
            {"date": "2026-02-20", "text": "La demande part."},
            {"date": "+ 30 jours", "text": "Dimanche."},
            {"date": "2026-03-23", "text": "Report."},
        ],
        [
            CalcStep(date(2026, 2, 20), "La demande part."),
            SimpleNamespace(date="+ 30 jours", text="Dimanche."),
            CalcStep(date(2026, 3, 23), "Report."),
        ],
    ],
)
def test_why_lays_out_the_calculation(steps):
    html = show('{% why steps=steps ref="Point 7.2" float=True right=True %}<p>Parce que.</p>{% endwhy %}', steps=steps)
    assert html.startswith('<details class="why why-float why-right"><summary>Pourquoi cette date\u202f?</summary>')
    assert "<p>Parce que.</p>" in html
    assert '<time datetime="2026-02-20">20\u00a0février 2026</time>' in html
    assert "<span>+ 30 jours</span>" in html
    assert html.count('class="is-result"') == 1
    assert '<p class="ref">Point 7.2</p>' in html


def test_note_keeps_markup_inside_and_escapes_outside():
    html = show('{% note "ok" title level=3 %}<p>{{ inside }}</p>{% endnote %}', title="<i>", inside="<b>")
    assert "<h3>&lt;i&gt;</h3><p>&lt;b&gt;</p>" in html
    assert "#i-check" in html


def test_answers():
    html = show('{% answers "Où" %}{% answer "Que faire" %}<p>Rien</p>{% endanswer %}{% endanswers %}')
    assert html == '<section class="answers" aria-label="Où"><div><h2>Que faire</h2><p>Rien</p></div></section>'


def test_empty_state_lives_inside_a_loop():
    html = show('{% for x in none %}{% empty %}{% empty_state "file" "Rien" %}{% endfor %}', none=[])
    assert "<h3>Rien</h3>" in html


def test_dialog_names_itself():
    html = show('{% dialog "d" "Déposer ?" ok="Déposer" danger=True %}<p>Vraiment</p>{% enddialog %}')
    assert 'id="d" aria-labelledby="d-titre"' in html
    assert '<button class="btn btn-danger" value="ok">Déposer</button>' in html


# Structures


def test_life_marks_the_present():
    html = show(
        "{% life steps %}", steps=[LifeStep("Déposé", "hier", Progress.DONE), LifeStep("Pièces", progress=Progress.NOW)]
    )
    assert 'class="is-now" aria-current="step"><b>Pièces</b></li>' in html
    assert html.count("aria-current") == 1


def test_steps_have_a_phone_version():
    steps = [
        FilingStep("Structure", "Complet", "/1/", Progress.DONE),
        FilingStep("CER", "20", "/2/", current=True),
        FilingStep("Dépôt", "–"),
    ]
    html = show("{% steps steps %}", steps=steps)
    assert "Étape 2 sur 3" in html
    assert "ensuite\u00a0: Dépôt" in html
    assert html.count('href="/1/"') == 1
    assert 'aria-disabled="true"' in html


def test_tabs():
    html = show(
        '{% tabs tabs "Listes" %}',
        tabs=[Tab("À traiter", "?a", 14, current=True), Tab("Clos", "?c", 0), Tab("Tout", "?t")],
    )
    assert 'aria-current="page">À traiter <span>14</span></a>' in html
    assert "Clos <span>0</span>" in html
    assert ">Tout</a>" in html


def test_facts_say_what_is_not_known():
    assert "Non renseigné" in show("{% facts pairs %}", pairs=[("RNA", "")])
    assert "<dd>0</dd>" in show("{% facts pairs %}", pairs=[("Référents", 0)])


def test_crumbs_escape():
    html = show('{% crumbs "Accueil" "/" name %}', name="<x>")
    assert '<a href="/">Accueil</a> / <span aria-current="page">&lt;x&gt;</span>' in html


def test_pagination_keeps_the_query():
    request = RequestFactory().get("/dossiers/", {"q": "les amarres", "page": "2"})
    html = show("{% pagination page %}", request=request, page=Paginator(range(60), 25).page(2))
    assert "26 à 50 sur 60" in html
    assert 'href="?q=les+amarres&amp;page=3"' in html
    assert 'rel="prev"' in html


def test_one_page_has_no_pages():
    html = show("{% pagination page %}", request=RequestFactory().get("/"), page=Paginator(range(3), 25).page(1))
    assert "1 à 3 sur 3" in html
    assert "<nav" not in html


@pytest.mark.parametrize(
    ("cookie", "expected"), [("dark", "dark"), ("light", "light"), ("x", "light"), (None, "light")]
)
def test_theme(cookie, expected):
    request = RequestFactory().get("/")
    if cookie:
        request.COOKIES["theme"] = cookie
    assert show("{% theme %}", request=request) == expected
    assert show("{% theme %}") == "light"


# Forms


class SampleForm(PortalForm):
    siret = SiretField(label="Numéro SIRET")
    funded = forms.ChoiceField(
        label="Ce référent est-il financé\u202f?", choices=[("y", "Oui"), ("n", "Non")], widget=forms.RadioSelect
    )
    reason = forms.CharField(label="Motif", required=False)
    sure = forms.BooleanField(label="Je certifie")
    files = MultipleFilesField(label="Attestations", required=False)


def sample(**data):
    return SampleForm(data={"siret": "512 900 770 0001", **data})


def test_error_summary_links_to_what_takes_the_focus():
    html = show("{% error_summary form %}", form=sample())
    assert "3 réponses sont à revoir" in html
    assert '<a href="#id_siret">Numéro SIRET\u00a0: il manque un chiffre\u00a0: 13 saisis, 14 attendus.</a>' in html
    assert '<a href="#id_funded_0">Ce référent est-il financé\u202f? Choisissez une réponse.</a>' in html


def test_error_summary_is_silent_when_all_is_well():
    assert show("{% error_summary form %}", form=SampleForm()) == ""


def test_crispy_gives_the_markup_of_the_mockups():
    html = show("{% load crispy_forms_tags %}{{ form|crispy }}", form=sample())
    assert '<label class="form-label" for="id_siret">Numéro SIRET</label>' in html
    assert html.index('id="id_siret_helptext"') < html.index('id="id_siret"'), "the hint comes before the field"
    assert 'aria-describedby="id_siret_helptext id_siret_error"' in html
    assert 'aria-invalid="true"' in html
    assert '<div id="id_siret_error"><p class="field-error">' in html
    assert '<legend class="form-label">Ce référent est-il financé\u202f?</legend>' in html
    assert 'Motif <span class="muted fw-normal">(facultatif)</span>' in html
    assert 'id="id_files"' in html
    assert "multiple" in html
    assert " required" not in html


def test_drop_says_formats_before_the_click():
    html = show("{% drop form.files %}", form=SampleForm())
    assert html.index("PDF, JPEG ou PNG") > html.index(
        '<label class="btn btn-secondary" for="id_files">Choisir des fichiers'
    )
    assert 'aria-describedby="id_files_helptext id_files_error"' in html
