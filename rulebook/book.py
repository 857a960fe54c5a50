"""The versions of the deliberation, one TOML file each beside this module, read once and strictly.

An application keeps the version it was filed under: ``get_rulebook(application.rulebook_version)``.
"""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from rulebook.checks import SETTINGS, check_grid, check_modules, check_settings
from rulebook.clauses import Rulebook
from rulebook.reader import Reader, RulebookError

__all__ = ["Rulebook", "RulebookError", "available_versions", "current_rulebook", "get_rulebook", "load_rulebook"]

FOLDER = Path(__file__).parent


def load_rulebook(path: Path) -> Rulebook:
    """Read one file. RulebookError names the line to correct."""
    reader = Reader(path)
    rulebook = reader.record(Rulebook, reader.data)
    if rulebook.version != path.stem:
        raise reader.error(("version",), f"la version est {rulebook.version}, le fichier s’appelle {path.name}")
    check_settings(rulebook, reader)
    rulebook = replace(
        rulebook,
        settings=MappingProxyType(
            {
                key: replace(setting, value=reader.value(SETTINGS[key], setting.value, ("settings", key, "value")))
                for key, setting in rulebook.settings.items()
            }
        ),
    )
    check_modules(rulebook, reader)
    check_grid(rulebook, reader)
    eliminatory = frozenset(rulebook.texts("cer.eliminatory_items"))
    return replace(rulebook, grid=replace(rulebook.grid, eliminatory=eliminatory))


def available_versions() -> tuple[str, ...]:
    """Oldest first: a version is named after its deliberation, year and number."""
    return tuple(sorted((path.stem for path in FOLDER.glob("*.toml")), key=_version_order))


@lru_cache
def get_rulebook(version: str) -> Rulebook:
    if version not in available_versions():
        raise RulebookError(f"Aucun cahier des charges ne porte la version «\u00a0{version}\u00a0».")
    return load_rulebook(FOLDER / f"{version}.toml")


def current_rulebook() -> Rulebook:
    return get_rulebook(available_versions()[-1])


def _version_order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("-"))
