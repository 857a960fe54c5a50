"""Two people on one grid: what each changed since the same page, whatever they changed."""

from hypothesis import given
from hypothesis import strategies as st

from evaluation.merge import Content, merge

LINES = [f"l{number}" for number in range(10)]
TICKS = st.frozensets(st.sampled_from(LINES))
WORDS = st.dictionaries(st.sampled_from(["comment", "reason-l1"]), st.sampled_from(["", "a", "b", "c"]))
CONTENT = st.builds(Content, TICKS, WORDS)
NAMES = ("comment", "reason-l1")


@given(CONTENT, CONTENT, CONTENT)
def test_nobodys_tick_is_lost(base, mine, theirs):
    merged = merge(base, mine, theirs).content.ticks
    for line in LINES:
        changed = [side for side in (mine, theirs) if (line in side.ticks) != (line in base.ticks)]
        wanted = changed[0] if changed else base
        assert (line in merged) == (line in wanted.ticks), line


@given(CONTENT, CONTENT, CONTENT)
def test_the_lines_that_follow_the_other_are_told(base, mine, theirs):
    merged = merge(base, mine, theirs)
    assert merged.taken == {line for line in LINES if (line in mine.ticks) != (line in merged.content.ticks)}
    assert all((line in theirs.ticks) == (line in merged.content.ticks) for line in merged.taken)


@given(CONTENT, CONTENT, CONTENT)
def test_words_clash_when_both_changed_them_and_not_alike(base, mine, theirs):
    merged = merge(base, mine, theirs)
    for name in NAMES:
        was, one, other = base.of(name), mine.of(name), theirs.of(name)
        clash = was not in (one, other) and one != other
        assert (name in merged.clashes) == clash
        assert merged.content.of(name) == (other if clash or one == was else one)
        assert (name in merged.heard) == (one == was != other)


@given(CONTENT, CONTENT, CONTENT)
def test_who_comes_second_changes_no_tick(base, mine, theirs):
    assert merge(base, mine, theirs).content.ticks == merge(base, theirs, mine).content.ticks


@given(CONTENT, CONTENT)
def test_alone_one_gets_what_one_wrote(base, mine):
    merged = merge(base, mine, base)
    assert merged.content.ticks == mine.ticks
    assert all(merged.content.of(name) == mine.of(name) for name in NAMES)
    assert (merged.taken, merged.heard, merged.clashes) == (frozenset(),) * 3
