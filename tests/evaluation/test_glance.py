"""The figures beside a grid: the same as the panel's own, exact, without reading the panel CER by CER."""

from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.enums import Role
from documents.enums import FileState
from evaluation import selectors
from evaluation.enums import CerType, PanelStage, Round
from evaluation.models import Cer, Scoring
from tests.evaluation.builders import every_line, make_panel, make_scoring
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]
TYPES = (CerType.SOLIDARITY, CerType.SOCIO_PROFESSIONAL)
GRIDS = st.lists(
    st.tuples(st.sampled_from(TYPES), st.sets(st.integers(0, 8)), st.sampled_from(["none", "begun", "validated"])),
    min_size=6, max_size=6,
)  # fmt: skip


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(grids=GRIDS, looked_at=st.integers(0, 5))
def test_a_glance_says_what_the_panel_says(grids, looked_at):
    Scoring.objects.all().delete()
    panel = make_panel(PanelStage.CONTROL, referents=2, cers=3)
    author = make_user(Role.DPID_AGENT)
    cers = list(panel.cers.order_by("referent__code", "number"))
    for cer, (kind, ranks, state) in zip(cers, grids, strict=True):
        Cer.objects.filter(pk=cer.pk).update(contract_type=kind)
        cer.contract_type = kind
        ticks = [line for rank, line in enumerate(every_line(kind)) if rank in ranks]
        if state != "none":
            make_scoring(cer, ticks=ticks, author=author, validated=state == "validated")
        make_scoring(cer, Round.SELF, author=author)
    cer = cers[looked_at]
    cer.panel = panel
    for typed in (None, Scoring(cer=cer, round=Round.CONTROL, ticks=every_line(cer.contract_type)[:3])):
        whole = selectors.panel_scores(panel, Round.CONTROL, including=cer, typed=typed)
        seen = selectors.glance(cer, Round.CONTROL, typed=typed)
        assert (seen.mean, seen.mean_of(cer.referent)) == (whole.mean, whole.mean_of(cer.referent))
        assert seen.of(cer).score == whole.of(cer).score
        assert seen.threshold == whole.threshold


def test_thirds_stay_thirds():
    panel = make_panel(PanelStage.CONTROL, cers=3)
    cers = list(panel.cers.all())
    for cer, lost in zip(cers, (0, 0, 1), strict=True):
        make_scoring(cer, ticks=every_line()[lost:])
    assert selectors.glance(cers[0], Round.CONTROL).mean == Fraction(59, 60)


def test_the_place_of_a_cer_and_the_next_that_can_be_read():
    panel = make_panel(PanelStage.CONTROL, referents=2, cers=2)
    make_panel(PanelStage.CONTROL)
    first, second, third, fourth = panel.cers.order_by("referent__code", "number")
    assert selectors.place_of(first) == selectors.Place(1, 4, None, second.pk, second.pk)
    type(third.file).objects.filter(pk=third.file_id).update(state=FileState.WITHDRAWN, reason="Retiré.")
    assert selectors.place_of(second) == selectors.Place(2, 4, first.pk, third.pk, None)
    assert selectors.place_of(fourth) == selectors.Place(4, 4, third.pk, None, None)
