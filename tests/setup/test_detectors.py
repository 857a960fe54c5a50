"""The detectors of tests/plugins see what they are made to see, and nothing else."""

from datetime import UTC, date, datetime

import pytest
from django.core.paginator import Paginator, UnorderedObjectListWarning
from django.http import HttpResponse
from django.template import Context, Origin, Template, engines
from django.test import RequestFactory

from accounts.models import Referent, Territory
from core.models import SiteText
from tests.plugins.detectors import OUR_TEMPLATES, HtmlDetector, Page, WriteDetector

TOKEN = '<input type="hidden" name="csrfmiddlewaretoken" value="x">'


def render(source, name, **context):
    engine = engines["django"].engine
    return Template(source, origin=Origin(str(name)), engine=engine).render(Context(context))


@pytest.mark.parametrize("source", ["{{ absent }}", "{{ present.absent }}", "{{ absent|default:'—' }}"])
def test_an_undefined_variable_of_our_templates_fails(source):
    with pytest.raises(pytest.fail.Exception, match="undefined variable"):
        render(source, OUR_TEMPLATES / "labels" / "page.html", present="x")


def test_defined_variables_conditions_and_other_peoples_templates_pass():
    ours = OUR_TEMPLATES / "labels" / "page.html"
    assert render("{{ here }}{% if absent %}x{% endif %}", ours, here="ici") == "ici"
    assert render("[{{ absent }}]", "/usr/lib/somewhere/else.html") == "[]"


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ("<script>alert(1)</script>", "inline <script>"),
        ("<style>p {}</style>", "inline <style>"),
        ('<p style="color: red">', '<p style="color: red">'),
        ('<button onclick="go()">', '<button onclick="go()">'),
        ('<link rel="stylesheet" href="https://cdn.example/a.css">', "another host"),
        ('<script src="//cdn.example/a.js"></script>', "another host"),
        ('<p id="a"></p><p id="a"></p>', "given twice"),
        ('<form method="post"><input name="q"></form>', "without its token"),
        (f'<form method="post">{TOKEN}</form><form method="POST"></form>', "without its token"),
    ],
)
def test_a_faulty_page_is_seen(html, fault):
    assert [fault in seen for seen in Page(html).faults] == [True]


def test_a_sound_page_passes():
    html = f"""<link rel="stylesheet" href="/static/a.css"><script src="/static/a.js"></script>
    <script type="application/json" id="data">{{}}</script><a href="https://exemple.fr/">lien</a>
    <form method="post">{TOKEN}</form><form><input name="q" id="q"></form>"""
    assert Page(html).faults == []


def test_the_html_detector_reads_responses():
    request = RequestFactory().get("/")
    request.resolver_match = None
    sound, faulty = HttpResponse("<p>bien</p>"), HttpResponse("<p onclick='x'>")
    assert HtmlDetector(lambda _: sound)(request) is sound
    assert HtmlDetector(lambda _: HttpResponse("<p onclick>", content_type="text/plain"))(request)
    with pytest.raises(pytest.fail.Exception):
        HtmlDetector(lambda _: faulty)(request)


def write(request):
    Territory.objects.create(name="Calaisis", slug="calaisis")
    return HttpResponse()


@pytest.mark.django_db
def test_a_get_that_writes_fails_and_a_post_may_write():
    with pytest.raises(pytest.fail.Exception, match="GET / writes"):
        WriteDetector(write)(RequestFactory().get("/"))
    assert WriteDetector(write)(RequestFactory().post("/")).status_code == 200


@pytest.mark.django_db
def test_a_get_may_read_and_keep_its_session(client):
    def read(request):
        list(Territory.objects.all())
        client.session.save()
        return HttpResponse()

    assert WriteDetector(read)(RequestFactory().get("/")).status_code == 200


def test_a_datetime_in_a_date_field_fails():
    field = Referent._meta.get_field("arrived_on")
    assert field.get_prep_value(date(2026, 11, 23)) == date(2026, 11, 23)
    with pytest.raises(pytest.fail.Exception, match="arrived_on"):
        field.get_prep_value(datetime(2026, 11, 23, tzinfo=UTC))


def test_warnings_are_errors():
    with pytest.raises(RuntimeWarning, match="naive datetime"):
        SiteText._meta.get_field("updated_at").get_prep_value(datetime(2026, 11, 23))  # noqa: DTZ001
    with pytest.raises(UnorderedObjectListWarning):
        Paginator(Territory.objects.order_by(), 10).page(1)
