"""The numbers of a register: each once, none lost, those that come back first."""

import pytest
from django.db import IntegrityError, transaction

from core.models import RegisterNumber

pytestmark = pytest.mark.django_db


def test_registers_count_each_for_itself():
    assert [RegisterNumber.take(name) for name in ("dossier-2026", "dossier-2026", "lettre-2026", "dossier-2026")] == [
        1, 2, 1, 3,
    ]  # fmt: skip


def test_a_number_given_back_is_the_next_one():
    RegisterNumber.take("dossier-2026")
    with transaction.atomic():
        assert RegisterNumber.take("dossier-2026") == 2
        transaction.set_rollback(True)
    assert [RegisterNumber.take("dossier-2026") for _ in range(2)] == [2, 3]


@pytest.mark.parametrize("hole", [1, 2])
def test_a_hole_left_by_a_slower_failure_is_filled(hole):
    for value in {1, 2, 3} - {hole}:
        RegisterNumber.objects.create(register="dossier-2026", value=value)
    assert [RegisterNumber.take("dossier-2026") for _ in range(2)] == [hole, 4]


def test_no_number_is_given_twice():
    RegisterNumber.take("dossier-2026")
    with pytest.raises(IntegrityError):
        RegisterNumber.objects.create(register="dossier-2026", value=1)
