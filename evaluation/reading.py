"""The facts of a contract as its own words tell them, each with how sure that is (percent). Pure: text in, facts out.

The text is what the closed room has read, line by line as an eye does, columns set apart by three spaces, what names
somebody already masked. What is not written plainly stays unknown: a person types it in.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from evaluation.facts import MOST_ACTIONS, Action, Facts
from rulebook.calendar import add_months
from rulebook.enums import LineFact

MONTHS = [
    "janvier", "fevrier", "mars", "avril", "mai", "juin",
    "juillet", "aout", "septembre", "octobre", "novembre", "decembre",
]  # fmt: skip
NUMBERS = r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})(?!\d)"
WORDS = rf"(\d{{1,2}}|1er) +({'|'.join(MONTHS)})(?: +(\d{{4}}))?"
DATE = rf"(?<!\d)(?:{NUMBERS}|{WORDS})"
A_DATE = re.compile(DATE)
RANGE = re.compile(rf"(?:du +)?({DATE})\s*(?:au|-|–|a|jusqu.au)?\s*({DATE})")
EDITED = (
    (re.compile(rf"(?:date d.edition|edite\w*)(?: du contrat)?[ :]*(?:le +)?({DATE})"), 95),
    (re.compile(rf"(?:debut|prise d.effet|date d.entree)(?: du contrat)?[ :]*(?:le +)?({DATE})"), 80),
    (re.compile(rf"(?:conclu|etabli|signe|redige|fait)\w*(?: a [^,\n]{{2,40}},)?[ :]*(?:le +)?({DATE})"), 70),
)
ENDS = (
    (re.compile(rf"(?:prend fin|date de fin|fin du contrat|date de sortie(?: prevue)?)[ :]*(?:le +)?({DATE})"), 95),
    (re.compile(rf"(?:contrat|duree)[^\n]{{0,30}}jusqu.au[ :]*({DATE})"), 80),
)
LASTS = re.compile(rf"(?:duree|contrat)[ :]+du +({DATE}) +au +({DATE})")
MONTHS_LONG = re.compile(r"(?:duree|pour)[ :]*(?:de )?(\d{1,2}|six|douze|trois) mois")
IN_WORDS = {"trois": 3, "six": 6, "douze": 12}
ACTIONS = re.compile(r"^\s*(?:plan d.)?actions?(?: \w+){0,4}\s*(?:$|:|   )")
HEADER = re.compile(r"^\s*(?:intitule|action)s?\b.*\bdebut\b.*\bfin\b")
DETAIL = re.compile(r"\b(?:detail|description|contenu)")
REMARK = re.compile(r"^\s*(?:remarque|observation)s?(?: \w+){0,3}\s*(?:$|:|   )")
HEADING = re.compile(
    r"^\s*(?:constats?|diagnostic|points? d.etape|engagements? |signatures?|fait a|fait le|le referent|la referente"
    r"|le beneficiaire|la beneficiaire|la personne accompagnee\s*(?:$|   )|vie du contrat|droits et devoirs|page \d)"
)
BULLET = re.compile(r"(?:^|[;,:.])\s*(?:\d{1,2} ?[)/.]|[•▪◦–*-])\s+(?=\w)", re.MULTILINE)
VOCATIONAL = re.compile(
    r"\b(?:emploi|formation|stage|immersion|pmsmp|candidature|recrut\w+|embauche|cv|lettre de motivation|entretien d"
    r"|job|alternance|apprentissage|interim|chantier|metier|employeur|bilan de competences|projet professionnel)"
)
SIMPLE = re.compile(r"(?:demande de logement|inscription (?:a |aupres de )?(?:pole emploi|france travail))")
YEARS = range(2009, 2100)
"""From the first contracts of the RSA on: another year is a slip of the pen, and proposes nothing."""
LONGEST_LABEL = 40
"""Of the letters of an action's name on one line of its column."""
SCANNED = 20
"""What a text read from a picture costs, in percent."""


@dataclass(frozen=True, slots=True)
class ReadFacts:
    """`certainty`: by the name of the fact, only for what was found."""

    facts: Facts = field(default_factory=Facts)
    certainty: Mapping[str, int] = field(default_factory=dict)

    def of(self, fact: LineFact) -> int | None:
        """How sure a line's proposal is: as much as the least sure of what it rests on."""
        return min((self.certainty[name] for name in RESTS_ON[fact] if name in self.certainty), default=None)


RESTS_ON = {
    LineFact.STARTS: ("edited_on", "actions"),
    LineFact.ENDS: ("ends_on", "actions"),
    LineFact.ACTIONS: ("actions",),
    LineFact.VOCATIONAL: ("vocational",),
    LineFact.DETAILED: ("detailed",),
    LineFact.REMARK: ("remark",),
}


def read_facts(text: str, *, scanned: bool = False) -> ReadFacts:
    plain = _plain(text)
    edited_on, edited = _edition(plain)
    ends_on, ends = _ending(plain, edited_on)
    if edited_on and ends_on and ends_on <= edited_on:
        ends_on, ends = None, 0
    actions, sure = _actions(text, plain)
    remark, said = _remark(plain)
    certainty = {"edited_on": edited, "ends_on": ends, "remark": said, **sure}
    found = {name: max(percent - SCANNED * scanned, 5) for name, percent in certainty.items() if percent}
    return ReadFacts(Facts(edited_on, ends_on, actions, remark), found)


def _edition(plain: str) -> tuple[date | None, int]:
    for pattern, sure in EDITED:
        if (match := pattern.search(plain)) and (day := _day(match.group(1))):
            return day, sure
    if (match := LASTS.search(plain)) and (days := _range(match.group(0))):
        return days[0], 60
    return None, 0


def _ending(plain: str, edited_on: date | None) -> tuple[date | None, int]:
    for pattern, sure in ENDS:
        if (match := pattern.search(plain)) and (day := _day(match.group(1))):
            return day, sure
    if (match := LASTS.search(plain)) and (days := _range(match.group(0))):
        return days[1], 80
    if edited_on and (match := MONTHS_LONG.search(plain)):
        months = IN_WORDS.get(match.group(1)) or int(match.group(1))
        return add_months(edited_on, months) - timedelta(days=1), 60
    return None, 0


def _actions(text: str, plain: str) -> tuple[tuple[Action, ...], dict[str, int]]:
    lines, folded = text.splitlines(), plain.splitlines()
    start = next((n for n, line in enumerate(folded) if ACTIONS.match(line) or HEADER.match(line)), None)
    if start is None:
        return (), {}
    stops = (n for n, line in enumerate(folded[start + 1 :], start + 1) if HEADING.match(line) or REMARK.match(line))
    end = next(stops, len(folded))
    rows = list(zip(lines[start:end], folded[start:end], strict=True))
    dated = [(n, days) for n, (_, line) in enumerate(rows) if (days := _range(line))]
    if dated:
        return _dated(rows, dated)
    listed = BULLET.findall("\n".join(line for _, line in rows))
    if not listed or len(listed) > MOST_ACTIONS:
        return (), {}
    return tuple(Action() for _ in listed), {"actions": 60}


def _dated(
    rows: list[tuple[str, str]], dated: list[tuple[int, tuple[date, date]]]
) -> tuple[tuple[Action, ...], dict[str, int]]:
    """One action for each line with a first and a last day; what stands around it, up to the next, is its own."""
    header = next((line for _, line in rows if HEADER.match(line)), "")
    with_detail = bool(DETAIL.search(header))
    actions = []
    for rank, (n, (first, last)) in enumerate(dated[:MOST_ACTIONS]):
        upto = dated[rank + 1][0] if rank + 1 < len(dated) else len(rows)
        cells = [cell for cell in rows[n][0].split("   ") if cell.strip()]
        around = " ".join(line for _, line in rows[n:upto])
        actions.append(
            Action(
                label=cells[0].strip()[:80] if len(cells) > 1 else "",
                start=first,
                end=last,
                vocational=True if VOCATIONAL.search(around) else None,
                detailed=_is_detailed(cells) if with_detail else None,
                simple=True if SIMPLE.search(around) else None,
            )
        )
    sure = {"actions": 85 if header else 65}
    if any(action.vocational for action in actions):
        sure["vocational"] = 60
    if actions and all(action.detailed is not None for action in actions):
        sure["detailed"] = 70
    else:
        actions = [replace(action, detailed=None) for action in actions]
    return tuple(actions), sure


def _is_detailed(cells: list[str]) -> bool | None:
    """Two columns of words before the dates, or one; None when two of them may have run into one."""
    words = [cell for cell in cells if not A_DATE.search(_plain(cell))]
    if len(words) != 1 or len(cells) == 1:
        return True if len(words) > 1 else None
    return None if len(words[0]) > LONGEST_LABEL else False


def _remark(plain: str) -> tuple[bool | None, int]:
    lines = plain.splitlines()
    start = next((n for n, line in enumerate(lines) if REMARK.match(line)), None)
    if start is None:
        return None, 0
    said = lines[start].partition(":")[2].split()
    for line in lines[start + 1 :]:
        if HEADING.match(line) or ACTIONS.match(line):
            break
        said += line.split()
    return (True, 85) if len(said) > 3 else (False, 70)


def _range(line: str) -> tuple[date, date] | None:
    """The first two dates of a line that follow each other; the first may leave its year to the second."""
    match = RANGE.search(line)
    if not match:
        return None
    first, last = A_DATE.findall(match.group(0))[:2]
    end = _made(last)
    start = _made(first, year=end.year if end else None)
    return (start, end) if start and end and start <= end else None


def _day(words: str) -> date | None:
    match = A_DATE.search(words)
    return _made(match.groups()) if match else None


def _made(parts: tuple[str | None, ...], *, year: int | None = None) -> date | None:
    day, month, numeral, written_day, written_month, written_year = (part or "" for part in parts)
    try:
        if written_month:
            chosen = int(written_year) if written_year else year or 0
            made = date(chosen, MONTHS.index(written_month) + 1, int(written_day.removesuffix("er")))
        else:
            made = date(int(numeral) + (2000 if len(numeral) == 2 else 0), int(month), int(day))
    except ValueError:
        return None
    return made if made.year in YEARS else None


def _plain(text: str) -> str:
    """The same letters, one for one, without accents or capitals."""
    return "".join(unicodedata.normalize("NFKD", letter)[0] for letter in text).lower().replace("’", "'")
