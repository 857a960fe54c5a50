"""The documentation's tables of states are those of the code."""

from django.conf import settings

from label_portal.state_tables import state_tables


def test_the_written_page_is_current():
    written = (settings.BASE_DIR / "docs" / "etats.md").read_text(encoding="utf-8")
    assert written == state_tables(), "lancez manage.py write_state_tables"
