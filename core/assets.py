"""Fonts of the portal: TTF files of the packages for letters, Latin woff2 subsets for screens."""

import logging
from importlib import resources
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import USE_MY_METRICS, Glyph

FAMILIES = {
    "SourceSansPro": ("font_source_sans_pro", "Source Sans Pro"),
    "SourceSerifPro": ("font_source_serif_pro", "Source Serif Pro"),
}
STYLES = {
    "Regular": (400, "normal"),
    "It": (400, "italic"),
    "Semibold": (600, "normal"),
}
SCREEN_FACES = (
    "SourceSansPro-Regular",
    "SourceSansPro-It",
    "SourceSansPro-Semibold",
    "SourceSerifPro-Regular",
    "SourceSerifPro-Semibold",
)
LETTER_FACES = (
    "SourceSansPro-Regular",
    "SourceSansPro-Semibold",
    "SourceSerifPro-Regular",
    "SourceSerifPro-It",
    "SourceSerifPro-Semibold",
)
# Latin with its extensions (names of people), punctuation, superiors, euro, arrows and a few signs.
LATIN = (
    "U+0020-007E,U+00A0-017F,U+0192,U+0218-021B,U+02C6,U+02DA,U+02DC,U+1E9E,U+2002-200B,U+2010-2027,U+202F,"
    "U+2030,U+2032,U+2033,U+2039,U+203A,U+2044,U+2070-208E,U+20AC,U+2116,U+2122,U+2190-2193,U+2212,U+2248,"
    "U+2260,U+2264,U+2265"
)
NARROW = 0x202F
"""The narrow no-break space, before « % » and « : »."""
FEATURES = ("lnum", "tnum", "pnum", "sups")
logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells every glyph that it keeps


def font_file(name: str) -> Path:
    """Path of a font file as its package ships it, « SourceSansPro-Regular.ttf »; KeyError for another family."""
    package, _ = FAMILIES[name.split("-")[0]]
    return Path(str(resources.files(package))) / "files" / name


def letter_font_faces() -> str:
    """The `@font-face` rules of letters.css: WeasyPrint reads the full files where the packages put them."""
    return "\n".join(_font_face(face) for face in LETTER_FACES)


def build_fonts(directory: Path) -> list[Path]:
    """Writes the woff2 faces that are missing or older than their source; returns those written."""
    directory.mkdir(parents=True, exist_ok=True)
    written = []
    for face in SCREEN_FACES:
        source, target = font_file(f"{face}.ttf"), directory / f"{face}.woff2"
        newest_source = max(source.stat().st_mtime, Path(__file__).stat().st_mtime)
        if not target.exists() or target.stat().st_mtime < newest_source:
            _subset(source, target)
            written.append(target)
    return written


def _font_face(face: str) -> str:
    family, style = face.split("-")
    weight, slant = STYLES[style]
    uri = font_file(f"{face}.ttf").as_uri()
    return (
        f'@font-face {{ font-family: "{FAMILIES[family][1]}"; font-weight: {weight}; font-style: {slant}; '
        f'src: url("{uri}"); }}'
    )


def _give_narrow_space(font: TTFont) -> None:
    """To a face without one: a browser that takes it from another face sets what follows on top of it."""
    if NARROW in font.getBestCmap():
        return
    font["glyf"]["uni202F"] = Glyph()
    font["hmtx"]["uni202F"] = (font["hmtx"]["space"][0] * 5 // 8, 0)
    for table in font["cmap"].tables:
        if table.isUnicode():
            table.cmap[NARROW] = "uni202F"


def _keep_own_widths(font: TTFont) -> None:
    """Of the glyphs made of others: the serif's « % » and « « » tell the browser to take the width of a part."""
    for glyph in (font["glyf"][name] for name in font.getGlyphOrder()):
        if glyph.isComposite():
            for part in glyph.components:
                part.flags &= ~USE_MY_METRICS


def _subset(source: Path, target: Path) -> None:
    options = subset.Options(flavor="woff2", hinting=False)
    options.layout_features += list(FEATURES)
    # A reader must never meet half a file.
    draft = target.with_suffix(".tmp")
    with subset.load_font(str(source), options) as font:
        _give_narrow_space(font)
        _keep_own_widths(font)
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=subset.parse_unicodes(LATIN.replace("U+", "")))
        subsetter.subset(font)
        subset.save_font(font, str(draft), options)
    draft.replace(target)
