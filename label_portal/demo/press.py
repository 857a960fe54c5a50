"""The PDFs of the demonstration, each drawn once by other processes while the story is told."""

from collections.abc import Hashable
from concurrent.futures import Future, ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Any, Protocol, Self


class Drawing(Hashable, Protocol):
    @property
    def draw(self) -> "partial[Any]":
        """A call that another process can make: it knows neither database nor settings."""


class Press:
    """Used as a context: what was ordered and not fetched is given up at its end."""

    def __init__(self) -> None:
        self._pool = ProcessPoolExecutor(mp_context=get_context("spawn"))
        self._ordered: dict[Drawing, Future[Any]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def order(self, drawing: Drawing) -> "Future[Any]":
        if drawing not in self._ordered:
            self._ordered[drawing] = self._pool.submit(drawing.draw)
        return self._ordered[drawing]

    def fetch(self, drawing: Drawing) -> Any:
        return self.order(drawing).result()
