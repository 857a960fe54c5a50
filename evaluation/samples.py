"""Which CERs the structure evaluates, and which the DPID controls (CdC 5-2, `cer.control_sample`). Pure.

The same ones, unless the rulebook has the control drawn apart: one draw then gives twice as many, the first for the
self-evaluation, the next for the control.
"""

from collections.abc import Sequence

from evaluation.enums import Sample
from rulebook.clauses import Rulebook
from rulebook.enums import ControlSample


def is_apart(rulebook: Rulebook) -> bool:
    """The control has a sample of its own."""
    return rulebook.choice("cer.control_sample") == ControlSample.INDEPENDENT


def to_draw(rulebook: Rulebook) -> int:
    """How many CERs of one référent a draw gives, when the list has them."""
    return rulebook.integer("cer.min_per_referent") * (2 if is_apart(rulebook) else 1)


def shared_out(count: int, wanted: int) -> list[Sample]:
    """What each of `count` drawn CERs is for, in the order of the draw, when each sample takes `wanted`."""
    return completed([Sample.SELF if rank < wanted else Sample.CONTROL for rank in range(count)], wanted)


def completed(samples: Sequence[Sample], wanted: int) -> list[Sample]:
    """A sample that is short of `wanted` takes the first ones of the other, in order: they are then both."""
    found = list(samples)
    for short, other in ((Sample.CONTROL, Sample.SELF), (Sample.SELF, Sample.CONTROL)):
        lacking = wanted - sum(each in (short, Sample.BOTH) for each in found)
        spare = [rank for rank, each in enumerate(found) if each == other]
        for rank in spare[: max(lacking, 0)]:
            found[rank] = Sample.BOTH
    return found
