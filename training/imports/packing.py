"""Lines as plain JSON values, to be kept from one page to the next, and back. Pure."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import Any

from training.imports.cells import Fault
from training.imports.reading import ImportRow, TrainingLine

DAYS = {"arrived_on", "left_on", "started_on", "followed_on"}


def pack(rows: Iterable[ImportRow]) -> list[dict[str, Any]]:
    return [_plain(asdict(row)) for row in rows]


def unpack(packed: Iterable[dict[str, Any]]) -> tuple[ImportRow, ...]:
    return tuple(
        ImportRow(
            **{
                **_dated(row),
                "training": TrainingLine(**_dated(row["training"])) if row["training"] else None,
                "faults": tuple(Fault(**fault) for fault in row["faults"]),
            }
        )
        for row in packed
    )


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: _value(value) for name, value in values.items()}


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        return _plain(value)
    return value.isoformat() if isinstance(value, date) else value


def _dated(values: dict[str, Any]) -> dict[str, Any]:
    return {name: date.fromisoformat(value) if name in DAYS and value else value for name, value in values.items()}
