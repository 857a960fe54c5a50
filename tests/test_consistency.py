"""Rules of the house that no other tool checks."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR
APPS = ["core", "accounts", "rulebook", "documents", "notices", "training", "evaluation", "applications", "labels"]
APPS.append("label_portal")
CODE = sorted(path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts)
TESTS = sorted((ROOT / "tests").rglob("*.py"))
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.is_file())
STATIC = sorted(path for path in (ROOT / "static").rglob("*") if path.suffix in {".css", ".js", ".svg"})
LOCKS = [ROOT / "requirements.txt", ROOT / "requirements-dev.txt"]

ELSEWHERE = re.compile(r"(?:https?:)?//(?!www\.w3\.org/)[\w.-]+\.\w+")
LINKED = re.compile(r"<a\b[^>]*>", re.DOTALL)
TEMPLATE_CODE = re.compile(r"{%-?\s*comment.*?endcomment\s*%}|{#.*?#}|{%.*?%}|{{.*?}}|<!--.*?-->", re.DOTALL)
MARKUP = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL)
ENGLISH = re.compile(
    r"\b(?:submit|log ?in|log ?out|sign (?:in|up|out)|password|save|cancel|delete|remove|search|your|please|welcome"
    r"|next|previous|back to|settings|email address|loading|error|warning)\b",
    re.IGNORECASE,
)
LOOSE_SPACE = re.compile(r"[\w»)] [?!;:»%](?!\w)|« \S")
STRAIGHT_APOSTROPHE = re.compile(r"[A-Za-zÀ-ÿ]'[A-Za-zÀ-ÿ]")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def words_of(template: str) -> str:
    """What a reader reads: the text between the tags, without the template's own code."""
    return MARKUP.sub(" ", TEMPLATE_CODE.sub("·", template))


def breaches(paths, pattern, prepare=str):
    return [f"{name(path)}: {found.group()}" for path in paths for found in pattern.finditer(prepare(path.read_text()))]


def functions(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or 0) - node.lineno + 1


def test_the_walk_sees_the_house():
    assert ROOT / "core" / "transitions.py" in CODE
    assert ROOT / "tests" / "test_consistency.py" in TESTS
    assert len(TEMPLATES) > 5
    assert len(STATIC) > 2


@pytest.mark.parametrize(("paths", "most"), [(CODE, 400), (TESTS, 600)], ids=["code", "tests"])
def test_files_stay_readable(paths, most):
    assert [name(path) for path in paths if len(path.read_text().splitlines()) > most] == []


def test_functions_stay_in_view():
    assert [
        f"{name(path)}: {function} ({lines})" for path in CODE for function, lines in functions(path) if lines > 40
    ] == []


def test_nothing_comes_from_another_host():
    """No CDN: pages may link to other sites (`<a href>`), never load from them."""
    assert breaches(TEMPLATES, ELSEWHERE, lambda text: LINKED.sub("", TEMPLATE_CODE.sub("", text))) == []
    assert breaches(STATIC, ELSEWHERE, lambda text: re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)) == []


def test_the_locks_hold_no_address():
    assert breaches(LOCKS, re.compile(r".*(?:://|^-|file:).*", re.MULTILINE)) == []
    assert all("--hash=sha256:" in lock.read_text() for lock in LOCKS)


def test_the_lock_of_tests_has_the_versions_of_production():
    pins, test_pins = ({line for line in lock.read_text().splitlines() if "==" in line} for lock in LOCKS)
    versions = {line.split()[0] for line in test_pins}
    assert {line.split()[0] for line in pins} <= versions


def test_screens_speak_french():
    assert breaches(TEMPLATES, ENGLISH, words_of) == []


@pytest.mark.parametrize("pattern", [LOOSE_SPACE, STRAIGHT_APOSTROPHE], ids=["spaces", "apostrophes"])
def test_screens_follow_french_typography(pattern):
    """No-break spaces before « : », narrow ones before « ; ? ! % », and typographic apostrophes (`bin/typography`)."""
    assert breaches(TEMPLATES, pattern, words_of) == []


def test_words_given_to_a_tag_follow_it_too():
    """Titles of dialogs, of notes, of empty states: text between quotes in the template's code."""
    tags = re.compile(r"{%.*?%}", re.DOTALL)
    given = {path: re.findall(r'"[^"]*"', " ".join(tags.findall(path.read_text()))) for path in TEMPLATES}
    assert sum(map(len, given.values())) > 500
    assert [f"{name(path)}: {words}" for path in given for words in given[path] if LOOSE_SPACE.search(words)] == []


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("<p>Prêt ?</p>", True),
        ("<p>Prêt\u202f?</p>", False),
        ("<p>« Déposer »</p>", True),
        ("<p>«\u00a0Déposer\u00a0»</p>", False),
        ("<p>{% if a ? b %}80 %</p>", True),
        ("<p>{{ mean|default:' ; ' }}</p>", False),
    ],
)
def test_the_check_of_spaces_sees_spaces(text, seen):
    assert bool(LOOSE_SPACE.search(words_of(text))) is seen


def test_states_are_set_by_the_transition_engine_alone():
    """`core.transitions.transition` locks, checks, writes and logs; a new object starts in its default state."""
    life_cycles = [path for path in CODE if path.relative_to(ROOT).parts[0] in {"applications", "labels"}]
    set_by_hand = re.compile(r"\.state\s*=(?!=).*|\.update\([^)]*\bstate=.*")
    assert breaches(life_cycles, set_by_hand) == []
    assert "locked.state = row.target" in (ROOT / "core" / "transitions.py").read_text()


def test_nothing_is_left_for_later():
    left = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b.*")
    assert breaches([path for path in [*CODE, *TESTS, *TEMPLATES, *STATIC] if path != Path(__file__)], left) == []
