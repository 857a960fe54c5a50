"""Reads for the page of one file: its clocks, its two criteria at a glance, its history, its pieces."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.db.models import QuerySet

from applications.enums import OpinionBody
from applications.models import Application, Message, Opinion
from applications.rights import may_read_notes
from applications.selectors import filed_certificates
from evaluation.enums import Round, Sample
from evaluation.grid import CerScore
from evaluation.models import Cer, SlaiRemark
from evaluation.selectors import CerResult, PanelScores, lines_named, panel_scores, remarks, shows_self
from notices import registry
from notices.models import Deadline
from rulebook.clauses import Line
from rulebook.enums import ContractType
from training.coverage import UNMET, Coverage, ObligationState, Status
from training.enums import CertificateState
from training.models import CertificateRuling


@dataclass(frozen=True, slots=True)
class Clock:
    """A legal date that runs, with what « Pourquoi cette date ? » says."""

    label: str
    deadline: Deadline


@dataclass(frozen=True, slots=True)
class Bar:
    """Obligations by kind, and the three stretches of the bar out of 300."""

    met: int
    held: int
    to_check: int
    unmet: int

    @property
    def total(self) -> int:
        return self.met + self.held + self.to_check + self.unmet

    @property
    def covered(self) -> int:
        return self.met + self.held

    @property
    def stretches(self) -> list[tuple[str, int, int]]:
        """(class, start, width) of each stretch that is not empty; what is to be checked stays blank."""
        found, done = [], 0
        for name, number in (("b-ok", self.met), ("b-pause", self.held), ("b-bad", self.unmet)):
            if number:
                start, end = 300 * done // self.total, 300 * (done + number) // self.total
                gap = 0 if done + number == self.total else 2
                found.append((name, start, max(end - start - gap, 1)))
            done += number
        return found


@dataclass(frozen=True, slots=True)
class Event:
    at: datetime
    title: str
    detail: str = ""
    key: bool = False


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One CER: the structure's own score, the DPID's, the working session's, the SLAI's remark."""

    cer: Cer
    own: CerScore | None
    control: CerResult
    session: CerResult
    alerts: tuple[Line, ...]
    remark: SlaiRemark | None
    remark_lines: list[str]

    @property
    def revised(self) -> bool:
        """The working session changed the ticks, rather than confirm them."""
        before, after = self.control.score, self.session.score
        return bool(before and after and before.granted != after.granted)


def file_for_page(files: QuerySet[Application], pk: int) -> Application | None:
    """The file with everything that its page names; None when it is not among `files`."""
    return (
        files.select_related(
            "structure__lead_territory", "lead_territory", "panel__structure", "assigned_to", "previous", "next",
            "receipt__pdf", "acknowledgement__pdf", "working_session__closed_by", "proposal__prepared_by",
        )
        .filter(pk=pk)
        .first()
    )  # fmt: skip


def clocks(application: Application) -> list[Clock]:
    """The dates that run for this file's structure: this instruction's, and what a decision has started."""
    open_rows = Deadline.objects.open().filter(structure=application.structure_id).order_by("due_on", "pk")
    return [
        Clock(registry.get(row.kind).label, row)
        for row in open_rows
        if row.kind != "instruction" or row.subject_id == application.pk
    ]


def obligations(covered: Coverage) -> Bar:
    counts = covered.counts
    return Bar(
        met=counts[Status.MET],
        held=counts[Status.CONDITIONAL],
        to_check=counts[Status.TO_CHECK],
        unmet=sum(counts[status] for status in UNMET),
    )


def unmet_cells(covered: Coverage) -> list[ObligationState]:
    return [cell for cell in covered.cells.values() if cell.status in UNMET]


def self_mean(application: Application, scores: PanelScores) -> Fraction | None:
    """The structure's own mean, once the DPID has scored every CER: it must not weigh on the control (CdC 5-2)."""
    return panel_scores(application.panel, Round.SELF).mean if scores.complete else None


def frequent_gap(scores: PanelScores) -> tuple[Line, int] | None:
    """The line of the grid most often not granted, and on how many CERs."""
    lines = {line.id: line for line in scores.results[0].cer.panel.rulebook.grid.lines} if scores.results else {}
    lost: Counter[str] = Counter()
    for result in scores.results:
        if result.score:
            asked = result.cer.panel.rulebook.grid.lines_for(ContractType(result.cer.contract_type))
            lost.update(line.id for line in asked if line.id not in result.score.granted)
    if not lost:
        return None
    line_id, number = lost.most_common(1)[0]
    return lines[line_id], number


def self_only(application: Application) -> list[str]:
    """The references of the CERs that the DPID does not control; no query where both samples are the same."""
    panel = application.panel
    if not panel.apart:
        return []
    return [cer.reference for cer in panel.cers.filter(sample=Sample.SELF).select_related("referent")]


def score_rows(application: Application, scores: PanelScores) -> list[tuple[Any, Fraction | None, list[ScoreRow]]]:
    """By référent: the mean that counts, and each CER with its score in every round."""
    said = remarks(application.panel)
    rounds = {
        round: {result.cer.pk: result for result in panel_scores(application.panel, round).results} for round in Round
    }
    return [
        (
            referent,
            mean,
            [
                _score_row(
                    result, {name: found.get(result.cer.pk) for name, found in rounds.items()}, said.get(result.cer.pk)
                )
                for result in results
            ],
        )
        for referent, results, mean in scores.by_referent()
    ]


def _score_row(effective: CerResult, rounds: dict[Round, CerResult | None], remark: SlaiRemark | None) -> ScoreRow:
    """The structure's score is shown beside the DPID's, never before it (CdC 5-2), unless the rulebook says so."""
    nothing = CerResult(effective.cer, None, None)
    own, control, session = (rounds[round] or nothing for round in Round)
    seen = shows_self(effective.cer, control.scoring)
    return ScoreRow(
        cer=effective.cer,
        own=own.score if seen else None,
        control=control,
        session=session,
        alerts=effective.score.alerts if effective.score else (),
        remark=remark,
        remark_lines=lines_named(remark, effective.cer.panel.rulebook) if remark else [],
    )


def opinions_by_body(application: Application) -> dict[str, Opinion]:
    return {opinion.body: opinion for opinion in application.opinions.select_related("author")}


def certificate_counts(application: Application) -> Counter[str]:
    """How many attestations in each state, those still to sort left out."""
    return Counter(filed_certificates(application).values_list("state", flat=True))


def messages_of(application: Application, *, internal: bool) -> QuerySet[Message]:
    return application.messages.filter(internal=internal).select_related("author__structure")


def note_count(application: Application, user: Any) -> int:
    return application.messages.filter(internal=True).count() if may_read_notes(user) else 0


def events(application: Application, opinions: dict[str, Opinion]) -> list[Event]:
    """What happened to the file, the latest first."""
    found = [_log_event(entry, opinions) for entry in application.log.select_related("actor")]
    session = getattr(application, "working_session", None)
    if session and session.closed_at:
        found.append(Event(session.closed_at, "Compte rendu du temps de travail", str(session.closed_by)))
    proposal = getattr(application, "proposal", None)
    if proposal:
        title = f"Proposition : {proposal.get_outcome_display().lower()}"
        found.append(Event(proposal.prepared_at, title, str(proposal.prepared_by)))
    if application.acknowledgement:
        found.append(Event(application.acknowledgement.created_at, "Accusé de réception envoyé", ""))
    found += _rulings(application)
    return sorted(found, key=lambda event: event.at, reverse=True)


def _rulings(application: Application) -> list[Event]:
    """The attestations that the DPID refused during this instruction, and what it corrected; not before nor after."""
    rows = CertificateRuling.objects.filter(
        certificate__structure=application.structure_id,
        certificate__rulings__state=CertificateState.REFUSED,
        at__gte=application.submitted_at,
    )
    if application.decided_at:
        rows = rows.filter(at__lte=application.decided_at)
    return [
        Event(at, f"Attestation {CertificateState(state).label.lower()}, {code}", reason)
        for at, state, code, reason in rows.values_list(
            "at", "state", "certificate__referent__code", "reason"
        ).distinct()
    ]


TITLES = {
    "submit": "Dossier déposé",
    "declare_complete": "Dossier complet",
    "open_working_session": "Temps de travail DPID–SLAI convoqué",
    "grant": "Label accordé",
    "impose_moratorium": "Moratoire de six mois",
    "refuse": "Label refusé",
    "withdraw": "Demande retirée par la structure",
    "withdraw_file": "Donnée identifiante signalée, fichier retiré",
    "replace_file": "Fichier renvoyé par la structure",
}
DETAILS = {"submit": "accusé d’enregistrement envoyé", "give_dpid_opinion": "transmis au SLAI"}
ABOUT_FILES = {"withdraw_file", "replace_file"}
BODIES = {
    "give_dpid_opinion": OpinionBody.DPID,
    "give_slai_opinion": OpinionBody.SLAI,
    "give_slai_opinion_after_session": OpinionBody.SLAI,
}


def _log_event(entry: Any, opinions: dict[str, Opinion]) -> Event:
    body = BODIES.get(entry.transition)
    opinion = opinions.get(body) if body else None
    if body:
        way = "" if opinion is None else " favorable" if opinion.favourable else " défavorable"
        title = f"Avis{way} {'de la DPID' if body == OpinionBody.DPID else 'du SLAI'}"
    else:
        title = TITLES[entry.transition]
    told = entry.comment if entry.transition in ABOUT_FILES else DETAILS.get(entry.transition, "")
    detail = " · ".join(part for part in (str(entry.actor or ""), told) if part)
    return Event(entry.at, title, detail, key=True)
