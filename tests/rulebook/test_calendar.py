"""The worked dates of the legal analysis (rows E1 to E50), then what must hold for any date."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulebook.calendar import (
    PUBLIC_HOLIDAYS,
    acknowledgement_limit,
    add_months,
    add_working_days,
    clear_period_end,
    date_to_date,
    day_words,
    instruction_limit,
    is_working_day,
    label_validity,
    moratorium_period,
    newcomer_limit,
    next_working_day,
    previous_working_day,
    renewal_window,
    silence_date,
    user_delay,
)
from rulebook.enums import NewcomerRule, RenewalRule, SilenceRegime

DAY = timedelta(days=1)
days = st.dates(date(2009, 1, 1), date(2039, 12, 31))


def d(text: str) -> date:
    day, month, year = map(int, text.split("/"))
    return date(year, month, day)


@pytest.mark.parametrize(
    ("row", "start", "end"),
    [
        ("E1", "02/03/2026", "04/05/2026"),
        ("E2", "14/01/2026", "16/03/2026"),
        ("E3", "10/01/2026", "11/03/2026"),
        ("E4 no 31 February", "31/12/2025", "02/03/2026"),
        ("E5 leap year", "31/12/2027", "01/03/2028"),
        ("E6", "29/12/2026", "01/03/2027"),
        ("E7 Ascension", "13/03/2026", "15/05/2026"),
        ("E8 Easter Monday", "05/02/2026", "07/04/2026"),
        ("E9 Good Friday is worked", "02/02/2026", "03/04/2026"),
        ("E10 8 May", "07/03/2026", "11/05/2026"),
        ("E11 weekend then 1 May", "28/02/2028", "02/05/2028"),
        ("E12 Whit Monday", "24/03/2026", "26/05/2026"),
        ("E13 14 July", "13/05/2026", "15/07/2026"),
        ("E14 15 August", "14/06/2025", "18/08/2025"),
        ("E15 1 November", "31/08/2026", "02/11/2026"),
        ("E16 11 November", "10/09/2026", "12/11/2026"),
        ("E17 Christmas then weekend", "24/10/2026", "28/12/2026"),
        ("E18 New Year", "31/10/2026", "04/01/2027"),
        ("E19 26 December is worked", "25/10/2025", "26/12/2025"),
        ("E20 letter collected", "12/09/2026", "13/11/2026"),
        ("E21 letter never collected", "03/09/2026", "04/11/2026"),
        ("E22 read on line", "09/06/2026", "10/08/2026"),
        ("E23 not read on line", "01/06/2026", "03/08/2026"),
        ("E25 after an implicit rejection", "06/07/2026", "07/09/2026"),
        ("E26 express rejection in time", "20/08/2026", "21/10/2026"),
        ("E27 end of month, debatable", "30/06/2026", "31/08/2026"),
        ("E29 after an implicit rejection", "01/05/2026", "02/07/2026"),
        ("E30 end of February", "28/02/2027", "29/04/2027"),
        ("E31 reasons given", "10/08/2026", "12/10/2026"),
        ("E33 CE 312682", "12/08/2007", "15/10/2007"),
    ],
)
def test_clear_period(row, start, end):
    assert clear_period_end(d(start)).date == d(end)


@pytest.mark.parametrize(
    ("row", "start", "months", "end"),
    [
        ("E24 rejection of an appeal", "06/05/2026", 2, "06/07/2026"),
        ("E29 born on a holiday", "01/03/2026", 2, "01/05/2026"),
        ("E30", "31/12/2026", 2, "28/02/2027"),
        ("E34", "15/01/2026", 2, "15/03/2026"),
        ("E34 four months", "15/01/2026", 4, "15/05/2026"),
        ("E35", "31/08/2026", 2, "31/10/2026"),
        ("E35 four months", "31/08/2026", 4, "31/12/2026"),
    ],
)
def test_silence(row, start, months, end):
    assert silence_date(d(start), months=months).date == d(end)


@pytest.mark.parametrize(("start", "end"), [("15/01/2026", "15/07/2026"), ("31/08/2026", "28/02/2027")])
def test_instruction_e34_e35(start, end):
    assert instruction_limit(d(start)).date == d(end)


def test_e34_the_decision_is_notified_before_the_silence_date():
    silence = silence_date(d("15/01/2026"))
    assert previous_working_day(silence.date - DAY) == d("13/03/2026")
    assert "vendredi 13 mars 2026" in silence.explanation[-1].text


def test_e36_missing_pieces():
    filed_on, requests = d("10/02/2026"), [(d("20/02/2026"), d("05/03/2026"))]
    acceptance = silence_date(filed_on, requests=requests)
    rejection = silence_date(filed_on, regime=SilenceRegime.REJECTION, requests=requests)
    assert (acceptance.date, acceptance.start) == (d("05/05/2026"), d("05/03/2026"))
    assert (rejection.date, rejection.start) == (d("23/04/2026"), filed_on)
    assert instruction_limit(filed_on, completed_on=d("05/03/2026")).date == d("05/09/2026")


def test_requests_that_overlap_suspend_each_day_once():
    filed_on = d("10/02/2026")
    twice = [(d("20/02/2026"), d("05/03/2026")), (d("25/02/2026"), d("05/03/2026"))]
    assert silence_date(filed_on, regime=SilenceRegime.REJECTION, requests=twice).date == d("23/04/2026")


def test_e37_acknowledgements():
    assert acknowledgement_limit(d("30/04/2026")).date == d("19/05/2026")
    assert acknowledgement_limit(d("09/05/2026"), working_days=1).date == d("11/05/2026")


@pytest.mark.parametrize(
    ("row", "start", "months", "end"),
    [
        ("E32 one reasonable year", "06/07/2026", 12, "06/07/2027"),
        ("E38", "15/03/2026", 4, "15/07/2026"),
        ("E49 support of six months", "31/03/2026", 6, "30/09/2026"),
        ("never chained", "31/01/2027", 2, "31/03/2027"),
        ("backwards", "31/03/2027", -1, "28/02/2027"),
        ("over two years", "30/11/2026", 27, "28/02/2029"),
    ],
)
def test_months(row, start, months, end):
    assert add_months(d(start), months) == d(end)
    assert date_to_date(d(start), months, opening="Début.", basis="9").date == d(end)


@pytest.mark.parametrize(
    ("row", "notified", "end", "refile"),
    [
        ("E39", "31/08/2026", "28/02/2027", "01/03/2027"),
        ("E40 January 2026 floor", "15/06/2025", "15/12/2025", "01/01/2026"),
        ("E41 leap year", "30/08/2027", "29/02/2028", "01/03/2028"),
        ("E42 a Saturday stays", "15/11/2026", "15/05/2027", "16/05/2027"),
        ("the floor itself", "30/06/2025", "30/12/2025", "01/01/2026"),
        ("the floor is the morrow", "01/07/2025", "01/01/2026", "02/01/2026"),
    ],
)
def test_moratorium(row, notified, end, refile):
    moratorium = moratorium_period(d(notified))
    assert (moratorium.end.date, moratorium.refile_from.date) == (d(end), d(refile))


@pytest.mark.parametrize(
    ("row", "effective", "last_day", "opens", "closes"),
    [
        ("E43", "02/06/2025", "01/06/2030", "01/01/2029", "31/07/2029"),
        ("E44", "15/10/2025", "14/10/2030", "01/01/2030", "31/07/2030"),
        ("E45", "29/02/2028", "28/02/2033", "01/01/2032", "31/07/2032"),
        ("E46", "15/01/2026", "14/01/2031", "01/01/2030", "31/07/2030"),
        ("a window that ends on the last day", "01/08/2025", "31/07/2030", "01/01/2030", "31/07/2030"),
    ],
)
def test_label(row, effective, last_day, opens, closes):
    validity = label_validity(d(effective))
    window = renewal_window(validity)
    assert validity.date == d(last_day)
    assert (window.opens.date, window.closes.date) == (d(opens), d(closes))


@pytest.mark.parametrize(
    ("effective", "opens", "closes"),
    [("02/06/2025", "01/01/2030", "01/06/2030"), ("15/01/2026", "01/01/2031", "14/01/2031")],
)
def test_window_of_the_expiry_year_stops_with_the_label(effective, opens, closes):
    window = renewal_window(label_validity(d(effective)), rule=RenewalRule.EXPIRY_YEAR)
    assert (window.opens.date, window.closes.date) == (d(opens), d(closes))


@pytest.mark.parametrize(
    ("arrived", "twelve_months", "calendar_year"),
    [("15/09/2026", "15/09/2027", "31/12/2026"), ("29/02/2028", "28/02/2029", "31/12/2028")],
)
def test_e47_newcomer(arrived, twelve_months, calendar_year):
    assert newcomer_limit(d(arrived)).date == d(twelve_months)
    assert newcomer_limit(d(arrived), rule=NewcomerRule.CALENDAR_YEAR).date == d(calendar_year)


@pytest.mark.parametrize(
    ("row", "start", "count", "end"),
    [("E48", "10/04/2026", 15, "27/04/2026"), ("E50", "20/02/2026", 30, "23/03/2026")],
)
def test_delay_given_to_somebody(row, start, count, end):
    assert user_delay(d(start), count).date == d(end)


def test_the_calculation_is_told_step_by_step():
    due = clear_period_end(date(2026, 5, 13), opening="Vous recevez la décision. Le pli a été retiré le 13.")
    assert [step.date.day for step in due.explanation] == [13, 13, 14, 15]
    assert [step.text for step in due.explanation] == [
        "Vous recevez la décision. Le pli a été retiré le 13.",
        "Deux mois plus tard. Le même jour du mois\u00a0: du 13 mai au 13 juillet.",
        "Délai franc\u00a0: un jour de plus. Le jour de réception et le dernier jour ne comptent pas.",
        "Le 14 juillet est férié\u00a0: report au premier jour ouvrable, mercredi 15 juillet 2026.",
    ]
    assert due.basis == "Cahier des charges, point 7.4"


def test_a_weekend_and_a_short_month_are_told():
    assert user_delay(d("20/02/2026"), 30).explanation[-1].text == (
        "Le 22 mars est un dimanche\u00a0: report au premier jour ouvrable, lundi 23 mars 2026."
    )
    assert moratorium_period(d("31/08/2026")).end.explanation[-1].text == (
        "Six mois plus tard. Pas de 31 en février\u00a0: le dernier jour du mois."
    )
    assert label_validity(d("29/02/2028")).explanation[-1].text == (
        "Cinq ans plus tard. Pas de 29 février en 2033\u00a0: le dernier jour du mois."
    )
    assert day_words(d("01/05/2026")) == "vendredi 1er mai 2026"


@pytest.mark.parametrize("year", range(2009, 2040))
def test_eleven_public_holidays_without_those_of_alsace_moselle(year):
    closed = [day for day in (date(year, 1, 1) + n * DAY for n in range(365)) if day in PUBLIC_HOLIDAYS]
    easter_monday = next(day for day in closed if PUBLIC_HOLIDAYS[day] == "Lundi de Pâques")
    assert len(closed) == 11
    assert easter_monday - 3 * DAY not in PUBLIC_HOLIDAYS, "Good Friday"
    assert date(year, 12, 26) not in PUBLIC_HOLIDAYS


DUE_DATES = {
    "clear_period_end": clear_period_end,
    "silence_date": silence_date,
    "instruction_limit": instruction_limit,
    "moratorium_end": lambda day: moratorium_period(day).end,
    "refile_from": lambda day: moratorium_period(day).refile_from,
    "label_validity": label_validity,
    "window_opens": lambda day: renewal_window(label_validity(day)).opens,
    "window_closes": lambda day: renewal_window(label_validity(day)).closes,
    "newcomer_limit": newcomer_limit,
    "user_delay": lambda day: user_delay(day, 30),
    "acknowledgement_limit": acknowledgement_limit,
}


@pytest.mark.parametrize("name", DUE_DATES)
@given(first=days, second=days)
def test_a_later_start_never_ends_earlier(name, first, second):
    earlier, later = sorted([first, second])
    assert DUE_DATES[name](earlier).date <= DUE_DATES[name](later).date


@pytest.mark.parametrize("name", DUE_DATES)
@given(start=days)
def test_the_explanation_begins_at_the_start_and_ends_at_the_date(name, start):
    due = DUE_DATES[name](start)
    assert due.explanation[0].date == due.start == start
    assert due.explanation[-1].date == due.date > start


@given(start=days, count=st.integers(0, 120))
def test_a_rolled_date_is_a_working_day(start, count):
    assert is_working_day(clear_period_end(start).date)
    assert is_working_day(user_delay(start, count).date)
    assert is_working_day(next_working_day(start))
    assert is_working_day(previous_working_day(start))
    assert previous_working_day(start) <= start <= next_working_day(start)


@given(start=days, count=st.integers(1, 40))
def test_working_days_are_counted_one_by_one(start, count):
    end = add_working_days(start, count)
    between = (start + n * DAY for n in range(1, (end - start).days + 1))
    assert sum(is_working_day(day) for day in between) == count


@given(start=days, months=st.integers(-60, 120))
def test_months_keep_the_day_or_end_the_month(start, months):
    end = add_months(start, months)
    assert (end.year - start.year) * 12 + end.month - start.month == months
    assert end.day == start.day or (end.day < start.day and (end + DAY).month != end.month)


@given(effective=days)
def test_the_window_lies_inside_the_validity(effective):
    validity = label_validity(effective)
    window = renewal_window(validity)
    assert effective < window.opens.date < window.closes.date <= validity.date
    assert (validity.date - window.closes.date).days < 366, "the last window that fits"
