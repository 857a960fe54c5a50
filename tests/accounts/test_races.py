"""Two people at the same second, on a database that locks; each with a control that must fail."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from accounts.enums import Role
from accounts.exceptions import InvitationUnusable, Refused
from accounts.models import Referent, User
from accounts.services import invitations, members, referents
from tests import factories
from tests.accounts.conftest import NOW

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def at_once(actions):
    """Run every action(barrier) in a thread of its own; their results or what they raised, in order."""
    barrier = Barrier(len(actions))

    def run(action):
        try:
            return action(barrier)
        except (Refused, IntegrityError, ValidationError) as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


@pytest.fixture(params=[Role.STRUCTURE_ADMIN, Role.ADMINISTRATOR])
def two_administrators(request):
    first = factories.make_user(request.param)
    return first, factories.make_user(request.param, structure=first.structure)


def still_there(user):
    return User.objects.filter(role=user.role, structure=user.structure, is_active=True).count()


def test_two_administrators_do_not_leave_together(two_administrators):
    def leaving(user):
        def act(barrier):
            barrier.wait()
            members.leave_portal(user=user)

        return act

    results = at_once([leaving(user) for user in two_administrators])
    assert sorted(type(result) for result in results if result) == [Refused]
    assert still_there(two_administrators[0]) == 1


def test_control_without_the_lock_both_leave(two_administrators):
    def leaving(user):
        def act(barrier):
            with transaction.atomic():
                others = User.objects.filter(role=user.role, structure=user.structure, is_active=True)
                assert others.exclude(pk=user.pk).exists()
                barrier.wait()
                User.objects.filter(pk=user.pk).update(is_active=False)

        return act

    at_once([leaving(user) for user in two_administrators])
    assert still_there(two_administrators[0]) == 0


def adding(actor, code=None, last_name="Delattre"):
    """Adds a référent, with the code of the counter or one read before the others have written."""

    def act(barrier):
        fields = {"first_name": "Nadia", "last_name": last_name, "arrived_on": date(2024, 9, 2)}
        if code is None:
            barrier.wait()
            return referents.add_referent(actor=actor, **fields).code
        read = code()
        barrier.wait()
        return Referent.objects.create(structure=actor.structure, code=read, **fields).code

    return act


def test_codes_given_at_once_follow_each_other():
    actor = factories.make_user(Role.STRUCTURE_ADMIN)
    people = [adding(actor, last_name=f"Delattre{letter}") for letter in "abcdef"]
    assert sorted(at_once(people)) == ["R01", "R02", "R03", "R04", "R05", "R06"]


def test_the_same_person_added_by_two_people_at_once_is_there_once():
    actor = factories.make_user(Role.STRUCTURE_ADMIN)
    results = at_once([adding(actor)] * 4)
    assert sum(isinstance(result, ValidationError) for result in results) == 3
    assert Referent.objects.get().code == "R01"


def test_control_codes_that_are_only_counted_collide():
    actor = factories.make_user(Role.STRUCTURE_ADMIN)

    def counted():
        return f"R{actor.structure.referents.count() + 1:02d}"

    results = at_once([adding(actor, counted)] * 3)
    assert sum(isinstance(result, IntegrityError) for result in results) == 2


def test_a_link_opened_twice_at_once_opens_one_account():
    admin = factories.make_user(Role.STRUCTURE_ADMIN)
    _, token = invitations.open_invitation(
        email="x@exemple.fr", role=Role.STRUCTURE_MEMBER, structure=admin.structure, invited_by=admin, now=NOW
    )

    def accept(barrier):
        barrier.wait()
        return invitations.accept_invitation(
            token=token, password=factories.PASSWORD, first_name="A", last_name="B", now=NOW
        )

    results = at_once([accept] * 4)
    assert [type(result) for result in results].count(InvitationUnusable) == 3
    assert User.objects.filter(email="x@exemple.fr").count() == 1
