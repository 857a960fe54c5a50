"""How French is written on screens, in e-mails and in letters. Pure: values in, text out.

Spaces are the typographic ones: U+202F before % ; ? !, U+00A0 inside « » and figures, so that nothing breaks badly.
"""

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

NBSP = "\u00a0"
NNBSP = "\u202f"
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
SHORT_MONTHS = (
    "janv.", "fév.", "mars", "avril", "mai", "juin",
    "juil.", "août", "sept.", "oct.", "nov.", "déc.",
)  # fmt: skip

Number = int | Decimal | Fraction


def ordinal_day(day: date) -> str:
    return "1er" if day.day == 1 else str(day.day)


def day_month(day: date) -> str:
    """23 mars"""
    return f"{ordinal_day(day)}{NBSP}{MONTHS[day.month - 1]}"


def day_date(day: date) -> str:
    """23 mars 2026"""
    return f"{day_month(day)} {day.year}"


def day_long(day: date) -> str:
    """lundi 23 mars 2026"""
    return f"{WEEKDAYS[day.weekday()]} {day_date(day)}"


def day_short(day: date) -> str:
    """lun. 23 mars 2026, mar. 15 sept. 2026"""
    month = SHORT_MONTHS[day.month - 1]
    return f"{WEEKDAYS[day.weekday()][:3]}. {ordinal_day(day)}{NBSP}{month} {day.year}"


def month_year(day: date) -> str:
    """mars 2026"""
    return f"{MONTHS[day.month - 1]} {day.year}"


def time_fr(moment: datetime) -> str:
    """20 h 42, 9 h, 9 h 05; the caller has put the moment in local time."""
    minutes = f"{NBSP}{moment:%M}" if moment.minute else ""
    return f"{moment.hour}{NBSP}h{minutes}"


def days_left(due: date, today: date) -> str:
    """aujourd’hui, demain, dans 7 jours, dans 4 ans (from two years), en retard d’un jour, en retard de 3 jours"""
    days = (due - today).days
    if days == 0:
        return "aujourd’hui"
    if days == 1:
        return "demain"
    years = due.year - today.year - ((due.month, due.day) < (today.month, today.day))
    if years >= 2:
        return f"dans {years}{NBSP}ans"
    if days > 1:
        return f"dans {days}{NBSP}jours"
    return "en retard d’un jour" if days == -1 else f"en retard de {-days}{NBSP}jours"


def percent(share: Number) -> str:
    """A share of 1, truncated to two decimals, never rounded up: « 78,03 % »; « 80 % » only when it is exactly that."""
    hundredths = int(Fraction(share) * 10_000)
    if Fraction(hundredths, 100).denominator == 1 and Fraction(share) * 10_000 == hundredths:
        return f"{hundredths // 100}{NNBSP}%"
    return f"{_grouped(hundredths // 100)},{hundredths % 100:02}{NNBSP}%"


def decimal_fr(value: Number) -> str:
    """7,5 and 1: at most two decimals, truncated, no useless zero, thousands apart."""
    exact = Fraction(value)
    sign = "−" if exact < 0 else ""
    whole, rest = divmod(int(abs(exact) * 100), 100)
    decimals = f"{rest:02}".rstrip("0")
    return f"{sign}{_grouped(whole)}" + (f",{decimals}" if decimals else "")


def file_size(size: int) -> str:
    """84 Ko, 1,1 Mo: binary units, as file managers count."""
    if size < 1024:
        return f"{size}{NBSP}octet{plural(size)}"
    if size < 1024 * 1024:
        return f"{size // 1024}{NBSP}Ko"
    tenths = size * 10 // (1024 * 1024)
    return f"{decimal_fr(Fraction(tenths, 10))}{NBSP}Mo"


def siret(number: str) -> str:
    """512 900 770 00011"""
    digits = "".join(number.split())
    return NBSP.join(part for part in (digits[:3], digits[3:6], digits[6:9], digits[9:]) if part)


def phone_fr(number: str) -> str:
    """+33300000000 or 0300000000 gives 03 00 00 00 00; a foreign number is left as it is."""
    digits = "".join(number.split())
    if digits.startswith("+33"):
        digits = "0" + digits[3:]
    if not (digits.isdigit() and len(digits) == 10):
        return number
    return NBSP.join(digits[i : i + 2] for i in range(0, 10, 2))


def phone_link(number: str) -> str:
    """What follows `tel:`; +33300000000"""
    digits = "".join(character for character in number if character.isdigit() or character == "+")
    return "+33" + digits[1:] if digits.startswith("0") and len(digits) == 10 else digits


def plural(count: Number, forms: str = "s") -> str:
    """The ending that goes with a count, as French counts: 0 and 1,5 are singular. `forms` is « s » or « al,aux »."""
    singular, _, several = forms.rpartition(",")
    return several if count >= 2 or count <= -2 else singular


def initials(name: str) -> str:
    """CV for Claire Vasseur; two letters at most."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


def _grouped(whole: int) -> str:
    return f"{whole:,}".replace(",", NNBSP)
