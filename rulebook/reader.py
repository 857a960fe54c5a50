"""Strict reading of a TOML file into frozen dataclasses: every refusal names the file and the line.

The dataclasses are the schema. A key that no field knows, a field that no key fills, a value of another
type: each stops the reading.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from enum import Enum
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType, UnionType
from typing import Any, NamedTuple, TypeVar, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")
KeyPath = tuple[str | int, ...]

TYPE_WORDS: dict[object, str] = {
    str: "un texte",
    int: "un nombre entier",
    bool: "true ou false",
    date: "une date (2025-01-31)",
}


class RulebookError(Exception):
    """One French sentence for the operator, « 2024-10.toml, ligne 212 : … »: the portal does not start."""


class MonthDay(NamedTuple):
    """A day of every year, written "07-31"."""

    month: int
    day: int

    def in_year(self, year: int) -> date:
        return date(year, self.month, self.day)


class Reader:
    def __init__(self, path: Path) -> None:
        self.name = path.name
        source = path.read_text(encoding="utf-8")
        try:
            self.data = tomllib.loads(source)
        except tomllib.TOMLDecodeError as error:
            raise RulebookError(f"{self.name}, ligne {_syntax_line(error, source)}\u00a0: {error}") from None
        self.lines = line_index(source)

    def error(self, path: KeyPath, message: str) -> RulebookError:
        """Point at ``path``, or at the nearest table that holds it."""
        while path and path not in self.lines:
            path = path[:-1]
        return RulebookError(f"{self.name}, ligne {self.lines.get(path, 1)}\u00a0: {message}")

    def record(self, cls: type[T], raw: object, path: KeyPath = ()) -> T:
        if not isinstance(raw, dict):
            raise self.error(path, "une table est attendue")
        hints = get_type_hints(cls)
        written = [field for field in fields(cast(Any, cls)) if "derived" not in field.metadata]
        if unknown := sorted(raw.keys() - {field.name for field in written}):
            raise self.error((*path, unknown[0]), f"«\u00a0{unknown[0]}\u00a0» n’est pas une clé connue")
        values = {}
        for field in written:
            if field.name in raw:
                values[field.name] = self.value(hints[field.name], raw[field.name], (*path, field.name))
            elif field.default is MISSING and field.default_factory is MISSING:
                raise self.error(path, f"il manque «\u00a0{field.name}\u00a0»")
        return cls(**values)

    def value(self, hint: Any, raw: object, path: KeyPath) -> Any:
        origin, args = get_origin(hint), get_args(hint)
        if origin is UnionType:  # "X | None": TOML has no null, an absent key is the default
            return self.value(args[0], raw, path)
        if origin is tuple:
            if not isinstance(raw, list):
                raise self.error(path, f"«\u00a0{path[-1]}\u00a0» est une liste")
            return tuple(self.value(args[0], item, (*path, rank)) for rank, item in enumerate(raw))
        if origin is Mapping:
            return self._mapping(args, raw, path)
        if is_dataclass(hint):
            return self.record(cast(type[Any], hint), raw, path)
        if hint is Any:
            return raw
        return self._scalar(hint, raw, path)

    def _mapping(self, args: tuple[Any, ...], raw: object, path: KeyPath) -> Mapping[Any, Any]:
        if not isinstance(raw, dict):
            raise self.error(path, f"«\u00a0{path[-1]}\u00a0» est une table")
        return MappingProxyType(
            {
                self.value(args[0], key, (*path, key)): self.value(args[1], item, (*path, key))
                for key, item in raw.items()
            }
        )

    def _scalar(self, hint: Any, raw: object, path: KeyPath) -> Any:
        label = next((part for part in reversed(path) if isinstance(part, str)), "")
        if issubclass(hint, Enum):
            if raw not in (allowed := [member.value for member in hint]):
                raise self.error(
                    path, f"«\u00a0{label}\u00a0» vaut {raw!r}, au lieu de l’un de\u00a0: {', '.join(allowed)}"
                )
            return hint(raw)
        if hint is Fraction:
            if not isinstance(raw, str) or not re.fullmatch(r"\d+(\.\d+)?", raw):
                raise self.error(path, f'«\u00a0{label}\u00a0» est un décimal entre guillemets ("0.5")')
            return Fraction(raw)
        if hint is MonthDay:
            return self._month_day(raw, path, label)
        if type(raw) is not hint:  # exact: a bool is no int, a datetime is no date
            raise self.error(path, f"«\u00a0{label}\u00a0» est {TYPE_WORDS[hint]}")
        if hint is str and not cast(str, raw).strip():
            raise self.error(path, f"«\u00a0{label}\u00a0» est vide")
        return raw

    def _month_day(self, raw: object, path: KeyPath, label: str) -> MonthDay:
        try:
            # Read in a common year, so that 29 February is refused: it does not come every year.
            day = date.fromisoformat(f"2001-{raw}")
        except ValueError:
            raise self.error(path, f'«\u00a0{label}\u00a0» est un jour de l’année ("07-31")') from None
        return MonthDay(day.month, day.day)


def line_index(source: str) -> dict[KeyPath, int]:
    """Line of every table and key of a valid TOML document.

    tomllib forgets lines, so each statement (the shortest run of lines that it accepts) is parsed alone.
    """
    lines, index = source.split("\n"), {}
    arrays: dict[KeyPath, int] = {}
    table: KeyPath = ()
    start = 0
    while start < len(lines):
        statement, end = _statement(lines, start)
        if lines[start].lstrip().startswith("["):
            table = _header_path(statement, arrays)
            index[table] = start + 1
        else:
            for path in _key_paths(statement, table):
                index[path] = start + 1
        start = end
    return index


def _statement(lines: list[str], start: int) -> tuple[dict[str, Any], int]:
    for end in range(start + 1, len(lines)):
        try:
            return tomllib.loads("\n".join(lines[start:end])), end
        except tomllib.TOMLDecodeError:
            continue
    return tomllib.loads("\n".join(lines[start:])), len(lines)


def _header_path(statement: dict[str, Any], arrays: dict[KeyPath, int]) -> KeyPath:
    """Path of ``[a.b]`` or ``[[a.b]]``; ``arrays`` remembers the rank of the open element of each array."""
    path: KeyPath = ()
    node: Any = statement
    while node:
        ((key, node),) = node.items()
        path = (*path, key)
        if isinstance(node, list):
            arrays[path] = arrays.get(path, -1) + 1
            node = None
        if path in arrays:
            path = (*path, arrays[path])
    return path


def _key_paths(node: Any, prefix: KeyPath) -> Iterator[KeyPath]:
    pairs: Iterator[tuple[str | int, Any]]
    if isinstance(node, dict):
        pairs = iter(node.items())
    elif isinstance(node, list):
        pairs = iter(enumerate(node))
    else:
        return
    for key, child in pairs:
        yield (*prefix, key)
        yield from _key_paths(child, (*prefix, key))


def _syntax_line(error: tomllib.TOMLDecodeError, source: str) -> int:
    found = re.search(r"at line (\d+)", str(error))
    return int(found.group(1)) if found else source.count("\n") + 1
