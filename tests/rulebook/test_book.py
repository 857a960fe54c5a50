"""The deliberation as data: what it says, and what a faulty file is answered."""

import re
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, fields, is_dataclass
from datetime import date
from fractions import Fraction

import pytest
from django.apps import apps

from rulebook import book
from rulebook.book import RulebookError, available_versions, current_rulebook, get_rulebook, load_rulebook
from rulebook.checks import SETTINGS
from rulebook.clauses import section_words
from rulebook.enums import ContractType, MeanScope, ModuleCategory
from rulebook.reader import MonthDay, line_index

RULEBOOK = get_rulebook("2024-10")
SOURCE = (book.FOLDER / "2024-10.toml").read_text(encoding="utf-8")


def texts(value):
    """Every string inside a rulebook object."""
    if isinstance(value, str):
        yield value
    elif is_dataclass(value):
        for field in fields(value):
            yield from texts(getattr(value, field.name))
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, tuple):
        for item in value:
            yield from texts(item)


def test_versions():
    assert available_versions() == ("2024-10",)
    assert current_rulebook() is get_rulebook("2024-10"), "read once"
    with pytest.raises(RulebookError, match="1999-01"):
        get_rulebook("1999-01")
    with pytest.raises(RulebookError):
        get_rulebook("../pyproject")


def test_versions_are_ordered_by_number(tmp_path, monkeypatch):
    for name in ("2024-10", "2024-9", "2027-1"):
        (tmp_path / f"{name}.toml").touch()
    monkeypatch.setattr(book, "FOLDER", tmp_path)
    assert available_versions() == ("2024-9", "2024-10", "2027-1")


def test_the_modules_of_annex_1():
    assert [(m.id, m.compulsory, m.days, m.hours, m.category.value) for m in RULEBOOK.modules] == [
        ("M1", True, 2, None, "formation"),
        ("M2", True, 4, None, "formation"),
        ("M3", True, 1, None, "formation"),
        ("M4", True, 1, None, "formation"),
        ("O1", False, None, 2, "information"),
        ("O2", False, Fraction(1, 2), None, "information"),
        ("O3", False, 2, None, "formation"),
        ("O4", False, None, None, "information"),
        ("O5", False, None, None, "information"),
        ("O6", False, None, None, "information"),
    ]
    assert [len(module.objectives) for module in RULEBOOK.modules] == [4, 4, 3, 3, 4, 2, 3, 3, 1, 1]
    assert sum(module.days for module in RULEBOOK.compulsory_modules) == 8
    assert RULEBOOK.module("M2").part_numbers == (1, 2)
    assert RULEBOOK.module("M1").part_numbers == (1,)
    assert RULEBOOK.training.optional_required == 1
    assert RULEBOOK.optional_modules_for("boulonnais") == RULEBOOK.optional_modules
    assert ModuleCategory.TRAINING == "formation"
    with pytest.raises(KeyError):
        RULEBOOK.module("M9")


def test_the_grid_of_annex_2():
    grid = RULEBOOK.grid
    points = {line.id: str(line.points) for line in grid.lines}
    assert points == {
        "duration_start": "1/2",
        "duration_end": "1/2",
        "duration_fit": "1",
        "actions_one": "2",
        "actions_three": "1",
        "actions_vocational": "1",
        "detail_complete": "1",
        "remark_present": "1/2",
        "remark_situation": "1",
        "remark_positioning": "2",
        "secrecy_respected": "3/2",
    }
    assert [(criterion.id, str(criterion.max)) for criterion in grid.criteria] == [
        ("duration", "2"),
        ("actions", "2"),
        ("detail", "1"),
        ("remark", "7/2"),
        ("secrecy", "3/2"),
    ]
    assert "".join(line.key for line in grid.lines_for(ContractType.SOCIO_PROFESSIONAL)) == "1234567890"
    assert "".join(line.key for line in grid.lines_for(ContractType.SOLIDARITY)) == "123467890"
    with pytest.raises(KeyError):
        grid.line("orthographe")


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (lambda: RULEBOOK.threshold, Fraction(4, 5)),
        (lambda: RULEBOOK.choice("cer.mean_scope"), MeanScope.STRUCTURE_ALL),
        (lambda: RULEBOOK.integer("moratorium.months"), 6),
        (lambda: RULEBOOK.integer("label.years"), 5),
        (lambda: RULEBOOK.integer("instruction.months"), 6),
        (lambda: RULEBOOK.integer("appeal.months"), 2),
        (lambda: RULEBOOK.integers("moratorium.reminder_days"), (-60, -30, -7, 0, 30, 60)),
        (lambda: RULEBOOK.integers("renewal.reminder_days"), (-90, -30, 0)),
        (lambda: RULEBOOK.flag("application.block_if_self_below"), False),
        (lambda: RULEBOOK.day("calendar.applications_open"), date(2025, 1, 1)),
        (lambda: RULEBOOK.day("moratorium.refile_floor"), date(2026, 1, 1)),
        (lambda: RULEBOOK.month_day("charter.due"), MonthDay(3, 31)),
        (lambda: RULEBOOK.month_days("renewal.reminder_dates"), (MonthDay(5, 1), MonthDay(6, 30), MonthDay(7, 31))),
        (lambda: RULEBOOK.texts("cer.eliminatory_items"), ()),
        (lambda: RULEBOOK.section("cer.threshold"), "5-2"),
    ],
)
def test_settings_have_the_type_their_reader_expects(read, value):
    assert read() == value
    assert type(read()) is type(value)


def test_a_setting_read_as_another_type_is_a_programming_error():
    with pytest.raises(TypeError, match=r"moratorium\.months is int, not str"):
        RULEBOOK.choice("moratorium.months")
    with pytest.raises(KeyError):
        RULEBOOK.integer("moratorium.weeks")


@pytest.mark.parametrize("key", SETTINGS)
def test_every_setting_says_why_and_from_where(key):
    setting = RULEBOOK.settings[key]
    assert setting.why.endswith(".")
    assert re.match(r"Cahier des charges, (point \d|annexe \d)|CRPA, art\. ", setting.basis)
    assert str(setting.value) in setting.allowed or not setting.allowed


def test_section_words():
    assert section_words("7.2") == "Cahier des charges, point 7.2"
    assert section_words("annexe 2") == "Cahier des charges, annexe 2"
    assert section_words("CRPA, art. L.231-1") == "CRPA, art. L.231-1"


def test_nothing_can_be_changed_afterwards():
    with pytest.raises(FrozenInstanceError):
        RULEBOOK.modules[0].title = "Autre"
    with pytest.raises(TypeError):
        RULEBOOK.settings["cer.threshold"] = None
    with pytest.raises(TypeError):
        RULEBOOK.terminology.contract_types[ContractType.SOLIDARITY] = "Autre"


def test_french_typography():
    every_text = [text for text in texts(RULEBOOK) if not text.startswith("http")]
    assert len(every_text) > 200
    faults = [
        text for text in every_text if re.search(r"[^\u00a0]:(?!\d)|[^\u202f][;?!%]|«[^\u00a0]|[^\u00a0]»|'", text)
    ]
    assert faults == []
    assert [text for text in every_text if re.search(r"\d (jours?|h|mois|ans|CER|actions?)\b", text)] == []


def test_the_line_index_finds_every_key():
    lines = SOURCE.split("\n")
    index = line_index(SOURCE)
    assert len(index) > 500
    for path, number in index.items():
        names = [part for part in path if isinstance(part, str)]
        if isinstance(path[-1], str) or path[-2] in {"modules", "criteria", "lines", "readings"}:
            assert names[-1] in lines[number - 1], f"{path} is not on line {number}"


def test_the_line_index_knows_the_whole_grammar():
    index = line_index(
        'a = 1\n\n# b = 2\n[t."x.y"]\nc = [\n  1,\n  # d\n]\ne.f = """\ng = 1\n"""\n[[r]]\n[[r]]\nh = { i = 1 }\n'
    )
    assert index == {
        ("a",): 1,
        ("t", "x.y"): 4,
        ("t", "x.y", "c"): 5,
        ("t", "x.y", "c", 0): 5,
        ("t", "x.y", "e"): 9,
        ("t", "x.y", "e", "f"): 9,
        ("r", 0): 12,
        ("r", 1): 13,
        ("r", 1, "h"): 14,
        ("r", 1, "h", "i"): 14,
    }


def faulty(tmp_path, old, new, name="2024-10.toml"):
    """The deliberation with one fault, and the line of that fault."""
    assert SOURCE.count(old) == 1, f"{old!r} is found {SOURCE.count(old)} times"
    path = tmp_path / name
    text = SOURCE.replace(old, new)
    path.write_text(text, encoding="utf-8")
    return path, text[: SOURCE.index(old)].count("\n") + 1


FAULTS = {
    "syntax": ("optional_required = 1", "optional_required = ", "Invalid value"),
    "unknown key": (
        "optional_required = 1",
        "optional_required = 1\nbonus = 2",
        "«\u00a0bonus\u00a0» n’est pas une clé",
    ),
    "wrong type": ("optional_required = 1", 'optional_required = "un"', "est un nombre entier"),
    "a bool is no integer": ("optional_required = 1", "optional_required = true", "est un nombre entier"),
    "empty text": ('label_short = "Référent 62"', 'label_short = " "', "est vide"),
    "too many optional modules": ("optional_required = 1", "optional_required = 7", "de 1 à 6"),
    "a text for a list": ('objectives = ["Mesures d’aide sociale à l’enfance"]', 'objectives = "?"', "est une liste"),
    "a value for a table": ("[training.optional_allowed]", "optional_allowed = 1", "est une table"),
    "duplicate module": ('id = "M3"\n', 'id = "M1"\n', "le module M1 existe déjà"),
    "points that are a float": ('max = "3.5"', "max = 3.5", "décimal entre guillemets"),
    "points with a comma": ('max = "3.5"', 'max = "3,5"', "décimal entre guillemets"),
    "points that do not add up": ('max = "3.5"', 'max = "4"', "font 3,5 points, pas 4"),
    "grid that is not ten": ('total = "10"', 'total = "12"', "les critères font 10 points, pas 12"),
    "duplicate line": ('id = "remark_situation"', 'id = "remark_present"', "la ligne remark_present existe déjà"),
    "duplicate key": ('key = "9"', 'key = "8"', "la touche 8 sert déjà"),
    "key that is no digit": ('key = "9"', 'key = "x"', "la touche x n’est pas un chiffre"),
    "number of nothing": ("at_least = 3", "at_least = 0", "accompagne un nombre d’actions"),
    "unknown fact": ('fact = "remark"', 'fact = "remarque"', "au lieu de l’un de"),
    "unknown contract type": (
        'contract_types = ["solidarity"]',
        'contract_types = ["solidarite"]',
        "solidarity, socio_professional",
    ),
    "contract type without a name": ('solidarity = "Solidarité"\n', "\n", "il manque solidarity"),
    "threshold beyond one": ('value = "0.80"', 'value = "80"', "compris entre 0 et 1"),
    "threshold of zero": ('value = "0.80"', 'value = "0"', "compris entre 0 et 1"),
    "choice not allowed": ('value = "structure_all"', 'value = "best_of"', "au lieu de l’un de"),
    "choices the code does not know": ('each_referent = "Chaque', 'some_referents = "Chaque', "les choix de"),
    "unknown setting": (
        '[settings."label.years"]',
        '[settings."label.decades"]',
        "«\u00a0label.decades\u00a0» n’existe pas",
    ),
    "not a date": ("value = 2025-01-01", 'value = "2025-01-01"', "est une date"),
    "a day that does not exist": ('value = "07-31"', 'value = "06-31"', "est un jour de l’année"),
    "a day that is not every year": ('value = "03-31"', 'value = "02-29"', "est un jour de l’année"),
    "unknown step": ('"fresh_cers", "slai_opinion"]', '"old_cers", "slai_opinion"]', "au lieu de l’un de"),
    "eliminatory line unknown": ("value = []", 'value = ["politeness"]', "politeness\u00a0: cette ligne n’existe pas"),
    "version of another file": ('version = "2024-10"', 'version = "2024-11"', "le fichier s’appelle 2024-10.toml"),
}
# Where the line to correct is not that of the text replaced: the key added below, the table that lacks one.
SHIFT = {"unknown key": 1, "contract type without a name": -1}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_refused_with_its_line(tmp_path, fault):
    old, new, message = FAULTS[fault]
    path, line = faulty(tmp_path, old, new)
    with pytest.raises(RulebookError) as refusal:
        load_rulebook(path)
    told = str(refusal.value)
    assert message in told
    assert told.startswith(f"2024-10.toml, ligne {line + SHIFT.get(fault, 0)}\u00a0: ")


@pytest.mark.parametrize(
    ("old", "new", "line_of", "message"),
    [
        (
            'short_title = "Retraite"\n',
            "",
            'title = "Ouverture de droits retraite"',
            "il manque «\u00a0short_title\u00a0»",
        ),
        ('court = "tribunal administratif de Lille"\n', "", "[remedies]", "il manque «\u00a0court\u00a0»"),
        ("optional_required = 1\n", "", "[training]", "il manque «\u00a0optional_required\u00a0»"),
        (
            "[training.optional_allowed]\n",
            '[training.optional_allowed]\nartois = ["O2"]\nboulonnais = ["O9"]\n',
            'boulonnais = ["O9"]',
            "O9\u00a0: ce module facultatif n’existe pas",
        ),
        (
            "[training.optional_allowed]\n",
            "[training.optional_allowed]\nartois = []\n",
            "artois = []",
            "trop peu de modules",
        ),
    ],
)
def test_a_fault_away_from_its_cause(tmp_path, old, new, line_of, message):
    """A missing key is told at its table; a reference at the line that makes it."""
    path, _ = faulty(tmp_path, old, new)
    lines = path.read_text(encoding="utf-8").split("\n")
    expected = next(number for number, line in enumerate(lines, 1) if line == line_of)
    if line_of.startswith("title"):  # the table of the module opens two lines above its title
        expected -= 2
    with pytest.raises(RulebookError, match=f"^2024-10.toml, ligne {expected}\u00a0: ") as refusal:
        load_rulebook(path)
    assert message in str(refusal.value)


def test_a_line_may_only_require_lines_above_it(tmp_path):
    path = tmp_path / "2024-10.toml"
    path.write_text(
        SOURCE.replace('requires = ["remark_present"]', 'requires = ["detail_complete"]', 1), encoding="utf-8"
    )
    line = SOURCE[: SOURCE.index('requires = ["remark_present"]')].count("\n") + 1
    with pytest.raises(RulebookError, match=f"ligne {line}\u00a0: detail_complete n’est pas une ligne plus haut"):
        load_rulebook(path)


@pytest.mark.parametrize(("key", "value"), [("label.years", 0), ("moratorium.months", -6)])
def test_a_duration_of_nothing_is_refused(tmp_path, key, value):
    path = tmp_path / "2024-10.toml"
    head, table, tail = SOURCE.partition(f'[settings."{key}"]')
    path.write_text(head + table + re.sub(r"value = \d+", f"value = {value}", tail, count=1), encoding="utf-8")
    with pytest.raises(RulebookError, match=f"«\u00a0{key}\u00a0» vaut {value}\u00a0: trop petit"):
        load_rulebook(path)


def test_a_faulty_rulebook_stops_the_start(tmp_path, monkeypatch):
    faulty(tmp_path, 'max = "3.5"', 'max = "4"')
    monkeypatch.setattr(book, "FOLDER", tmp_path)
    get_rulebook.cache_clear()
    try:
        with pytest.raises(RulebookError, match="font 3,5 points"):
            apps.get_app_config("rulebook").ready()
    finally:
        get_rulebook.cache_clear()
