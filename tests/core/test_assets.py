"""Fonts, and the sheets as production serves them."""

import re
from pathlib import Path

import pytest
from django.core.management import call_command
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import USE_MY_METRICS

from core.assets import LETTER_FACES, SCREEN_FACES, build_fonts, font_file, letter_font_faces


@pytest.fixture(scope="module")
def fonts(tmp_path_factory):
    directory = tmp_path_factory.mktemp("fonts")
    assert len(build_fonts(directory)) == len(SCREEN_FACES)
    return directory


def test_faces_hold_french_and_stay_light(fonts):
    for face in SCREEN_FACES:
        path = fonts / f"{face}.woff2"
        assert path.stat().st_size < 32_000
        with TTFont(path) as font:
            assert {ord(letter) for letter in "éèêëàâçîïôûùüÿœŒæÉÀ«»’…–€°²\u00a0\u202f"} <= set(font.getBestCmap())
            assert font["hmtx"]["uni202F"][0] < font["hmtx"]["space"][0]
            features = {record.FeatureTag for record in font["GSUB"].table.FeatureList.FeatureRecord}
            assert {"pnum", "sups"} <= features, "figures line up in tables, superiors are drawn"


def test_no_glyph_takes_the_width_of_one_of_its_parts(fonts):
    """Chromium would draw « % » over the word that follows."""
    for face in SCREEN_FACES:
        with TTFont(fonts / f"{face}.woff2") as font:
            glyphs = [font["glyf"][name] for name in font.getGlyphOrder()]
            parts = [part for glyph in glyphs if glyph.isComposite() for part in glyph.components]
            assert parts
            assert not any(part.flags & USE_MY_METRICS for part in parts)


def test_a_second_build_does_nothing_and_a_lost_face_comes_back(fonts):
    assert build_fonts(fonts) == []
    lost = fonts / f"{SCREEN_FACES[0]}.woff2"
    lost.unlink()
    assert build_fonts(fonts) == [lost]


def test_letters_find_their_fonts():
    assert all(font_file(f"{face}.ttf").is_file() for face in LETTER_FACES)
    assert letter_font_faces().count("@font-face") == len(LETTER_FACES)
    with pytest.raises(KeyError):
        font_file("Marianne-Regular.ttf")


def test_sheets_survive_hashed_names(settings, fonts, tmp_path):
    """collectstatic with the manifest storage fails on any file that a sheet names and nobody has."""
    assets = tmp_path / "assets"
    (assets / "fonts").mkdir(parents=True)
    for path in fonts.glob("*.woff2"):
        (assets / "fonts" / path.name).write_bytes(path.read_bytes())
    settings.STATICFILES_DIRS = [settings.BASE_DIR / "static", assets]
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    }
    call_command("collectstatic", interactive=False, verbosity=0, ignore=["admin", "auditlog", "mfa", "account"])
    sheet = next(Path(settings.STATIC_ROOT, "css").glob("portal.*.css")).read_text()
    assert re.search(
        r'@import url\("\.\./js-lib-bootstrap5/css/bootstrap\.min\.[0-9a-f]{12}\.css"\) layer\(bootstrap\)', sheet
    )
    faces = next(Path(settings.STATIC_ROOT, "css").glob("fonts.*.css")).read_text()
    assert len(re.findall(r"\.[0-9a-f]{12}\.woff2", faces)) == len(SCREEN_FACES)
