"""The demonstration shows every state of the life cycle."""

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Q

from accounts.enums import Role
from accounts.models import Delegation, Structure, User
from applications.enums import ApplicationState
from applications.models import Application
from core import clock
from documents.enums import FileKind, FileState, FindingKind
from documents.models import Finding, StoredFile
from evaluation.models import CerToSort
from label_portal.demo import DEMO_PASSWORD
from label_portal.sample import people
from labels.enums import MoratoriumState
from labels.models import Label, Moratorium
from notices.models import Deadline, Notice
from training.enums import CommitmentKind
from training.models import PastTraining, TrainingCommitment


@pytest.mark.django_db
@pytest.mark.once
def test_the_demo_shows_every_state_and_is_loaded_once(settings):
    settings.DEMO_MODE = True
    call_command("load_demo", if_empty=True, verbosity=0)
    call_command("load_demo", if_empty=True, verbosity=0)
    assert Structure.objects.count() == len(people.structures())
    assert set(User.objects.values_list("role", flat=True)) == set(Role.values)
    assert Delegation.objects.get().user.role == Role.SIGNATORY
    assert User.objects.all()[0].check_password(DEMO_PASSWORD)
    assert [user.territories.count() for user in User.objects.filter(role=Role.SLAI)] == [1] * 7
    assert set(Application.objects.values_list("state", flat=True)) == set(ApplicationState.values)
    assert set(Moratorium.objects.values_list("state", flat=True)) == set(MoratoriumState.values)
    assert Label.objects.exists()
    shown = set(StoredFile.objects.filter(kind=FileKind.CER).values_list("state", flat=True))
    assert shown == {FileState.READY, FileState.TO_FIX, FileState.REFUSED, FileState.WITHDRAWN}
    assert not StoredFile.objects.exclude(kind=FileKind.MADE).filter(structure=None).exists()
    found = Finding.objects.filter(file__state=FileState.TO_FIX, holds=True)
    assert set(found.values_list("kind", flat=True)) == {FindingKind.PERSON_NAME, FindingKind.PHONE}
    assert CerToSort.objects.get().file.is_ready
    assert set(TrainingCommitment.objects.values_list("kind", flat=True)) == set(CommitmentKind.values)
    ends = Deadline.objects.open().filter(kind="newcomer_training").values_list("due_on", flat=True)
    assert {end < clock.today() for end in ends} == {True, False}
    assert PastTraining.objects.count() == 2
    assert not Notice.objects.filter(Q(subject__contains="None") | Q(body__contains="None")).exists()
    with pytest.raises(CommandError, match="déjà des structures"):
        call_command("load_demo", verbosity=0)
