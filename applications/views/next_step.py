"""The « next » panel of a file: who must act, what, by when, and the buttons of the person who looks.

A button comes from a row of WORKFLOW, or from one of the three acts that change no state. An act that this person may
do but that can't be done yet is shown disabled, with its reason; an act of somebody else is not shown.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse

from applications import workflow
from applications.enums import ApplicationState as S
from applications.enums import OpinionBody
from applications.expected import Expected, Situation, expected
from applications.models import Application, Opinion
from applications.selectors import Results, cers_to_score, certificates_to_rule, rulebook_of
from applications.services import can
from applications.services.acknowledgements import silence_due
from core import clock
from core.french import day_date, percent
from evaluation.rights import may_read_cers
from evaluation.selectors import takeable


@dataclass(frozen=True, slots=True)
class Button:
    label: str
    url: str
    primary: bool = True
    refused: str = ""
    ask: str = ""
    """The question before an act that is sent at once; empty for a link."""
    confirm: str = ""
    """What the act will do, under the question."""


@dataclass(frozen=True, slots=True)
class NextStep:
    sign: Expected
    title: str
    text: str
    who: str = ""
    buttons: list[Button] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Look:
    """A file as one person sees it now."""

    application: Application
    user: Any
    now: datetime
    results: Results
    opinions: dict[str, Opinion]
    due_on: date | None

    @property
    def pk(self) -> int:
        return self.application.pk

    def row(self, name: str, label: str, *, primary: bool = True, ask: str = "", confirm: str = "") -> list[Button]:
        """The button of a row of the workflow: nothing without the right, disabled while a guard objects."""
        row = workflow.WORKFLOW[name]
        if not row.may(self.user, self.application):
            return []
        objection = can(name=name, application=self.application, actor=self.user, now=self.now)
        return [Button(label, self.url(URLS[name]), primary, str(objection or ""), ask, confirm)]

    def act(self, allowed: bool, label: str, url_name: str, *, primary: bool = True) -> list[Button]:
        return [Button(label, self.url(url_name), primary)] if allowed else []

    def url(self, name: str) -> str:
        return reverse(name, args=[self.pk])

    @property
    def filed_on(self) -> date:
        """Of a filed file, which is the only one shown to agents."""
        return clock.civil_date(self.application.submitted_at or self.now)

    def by(self) -> str:
        return f" L’instruction prend fin le {day_date(self.due_on)}." if self.due_on else ""


URLS = {
    "declare_complete": "file_declare_complete",
    "give_dpid_opinion": "file_dpid_opinion",
    "give_slai_opinion": "file_slai_opinion",
    "give_slai_opinion_after_session": "file_slai_opinion",
    "open_working_session": "file_convene",
}


def next_step(look: Look) -> NextStep:
    step = _STEPS[S(look.application.state)](look)
    return replace(step, buttons=[*step.buttons, *_acknowledgement(look)])


def _acknowledgement(look: Look) -> list[Button]:
    """Owed whatever the step: within ten working days of the filing (CRPA, art. R.112-11-2)."""
    file = look.application
    if not (file.awaits_acknowledgement and workflow.may_instruct(look.user, file)):
        return []
    silence = silence_due(file, filed_on=look.filed_on)
    return [
        Button(
            "Envoyer l’accusé de réception",
            look.url("file_acknowledge"),
            primary=False,
            ask="Envoyer l’accusé de réception\u202f?",
            confirm=f"Il dit à la structure que sa demande est reçue le {day_date(look.filed_on)}, qui la suit, et ce "
            f"que vaudrait l’absence de réponse le {day_date(silence.date)}. Il ne dit pas que le dossier est complet.",
        )
    ]


def _submitted(look: Look) -> NextStep:
    filed_on = look.filed_on
    return NextStep(
        _sign(look),
        "Vérifier que le dossier est complet",
        "Formulaire, attestations, grille et CER\u00a0: les quatre pièces du point 6. Une fois le dossier déclaré "
        f"complet, les six mois d’instruction courent depuis le dépôt, le {day_date(filed_on)} (point 7.2).",
        "La DPID",
        look.row(
            "declare_complete",
            "Déclarer le dossier complet",
            ask="Les quatre pièces sont-elles là\u202f?",
            confirm="La structure en est informée. Le délai d’instruction court depuis le jour du dépôt.",
        ),
    )


def _dpid_review(look: Look) -> NextStep:
    to_rule = certificates_to_rule(look.application).count()
    to_score = cers_to_score(look.application).count()
    may = workflow.may_instruct(look.user, look.application)
    buttons = [
        *look.act(may and to_rule > 0, "Vérifier les attestations", "file_training"),
        *([Button("Coter les CER", _panel_url(look), not to_rule)] if may and to_score else []),
        *look.row("give_dpid_opinion", "Rendre l’avis de la DPID", primary=not (to_rule or to_score)),
        *([] if to_score or not may else _following_file(look)),
    ]
    if not (to_rule or to_score):
        title, text = "Rendre l’avis de la DPID", "Les attestations sont vérifiées et les CER sont tous cotés."
    else:
        title = "Vérifier les attestations, coter les CER" if to_rule and to_score else _one_left(to_rule)
        left = [_left(to_rule, "attestation", "à vérifier"), _left(to_score, "CER", "à coter", invariable=True)]
        text = f"Avant l’avis\u00a0: {', '.join(part for part in left if part)}."
    return NextStep(_sign(look, to_rule, to_score), title, text + look.by(), "La DPID", buttons)


def _following_file(look: Look) -> list[Button]:
    """Who has scored every CER of a file goes on with those of the next."""
    waiting = takeable(look.user, look.now).first()
    if waiting is None:
        return []
    return [Button("Coter le dossier suivant", reverse("score_panel", args=[waiting.panel_id]), primary=False)]


def _one_left(to_rule: int) -> str:
    return "Vérifier les attestations" if to_rule else "Coter les CER"


def _left(number: int, noun: str, to_do: str, *, invariable: bool = False) -> str:
    return f"{number} {noun}{'s' if number > 1 and not invariable else ''} {to_do}" if number else ""


def _slai_review(look: Look) -> NextStep:
    if not look.results.cer_met:
        return NextStep(
            Expected("warn", "people", "Temps de travail à convoquer"),
            "Tenir le temps de travail avec le SLAI" + _within(look, "instruction.working_session_days"),
            f"{_mean_words(look)} Sous {percent(look.results.scores.threshold)}, ce temps est obligatoire avant toute "
            "proposition (point 5-2)." + look.by(),
            "La DPID ou le SLAI du territoire",
            [
                *look.row("open_working_session", "Convoquer le temps de travail"),
                *look.row("give_slai_opinion", "Rendre l’avis du SLAI", primary=False),
            ],
        )
    return NextStep(
        _sign(look),
        "Rendre l’avis du SLAI" + _within(look, "instruction.slai_days"),
        f"{_mean_words(look)} Le SLAI confirme ou retravaille l’avis de la DPID. En cas de désaccord, un temps de "
        "travail peut être convoqué." + look.by(),
        f"Le SLAI, {look.application.lead_territory}",
        [
            *look.row("give_slai_opinion", "Rendre l’avis du SLAI"),
            *look.row("open_working_session", "Convoquer un temps de travail", primary=False),
        ],
    )


def _working_session(look: Look) -> NextStep:
    session = look.application.working_session
    may = workflow.may_hold_session(look.user, look.application)
    if session.closed_at and session.held_on:
        return NextStep(
            _sign(look),
            "Rendre l’avis du SLAI",
            f"Le temps de travail s’est tenu le {day_date(session.held_on)}. {_mean_words(look)}" + look.by(),
            f"Le SLAI, {look.application.lead_territory}",
            [
                *look.row("give_slai_opinion_after_session", "Rendre l’avis du SLAI"),
                *look.act(may, "Relire le compte rendu", "file_session", primary=False),
            ],
        )
    planned = (
        f"{_tense(session.planned_on, look)} prévu le {day_date(session.planned_on)}. " if session.planned_on else ""
    )
    return NextStep(
        _sign(look),
        "Tenir le temps de travail DPID–SLAI",
        f"{planned}{_mean_words(look)} Les cotations y sont confirmées ou révisées, et le compte rendu est enregistré "
        "avant l’avis du SLAI." + look.by(),
        "La DPID et le SLAI du territoire",
        look.act(may, "Ouvrir le temps de travail", "file_session"),
    )


def _tense(day: date, look: Look) -> str:
    return "Il était" if day < clock.civil_date(look.now) else "Il est"


def _proposal(look: Look) -> NextStep:
    may = workflow.may_instruct(look.user, look.application)
    prepared = getattr(look.application, "proposal", None)
    if prepared is None:
        return NextStep(
            _sign(look),
            "Préparer la proposition",
            "Les deux avis sont rendus. La proposition reprend les résultats par critère, en fait et en droit."
            + look.by(),
            "La DPID",
            look.act(may, "Préparer la proposition", "file_proposal"),
        )
    on = day_date(clock.civil_date(prepared.prepared_at))
    return NextStep(
        _sign(look),
        f"Faire signer la proposition\u00a0: {prepared.get_outcome_display().lower()}",
        f"Préparée par {prepared.prepared_by} le {on}. Elle peut être revue tant qu’elle n’est pas signée." + look.by(),
        "Le Président ou son délégataire",
        look.act(may, "Revoir la proposition", "file_proposal", primary=False),
    )


def _moratorium(look: Look) -> NextStep:
    over = _over(look)
    following = getattr(look.application, "next", None)
    if following and following.submitted_at:
        return over
    return replace(
        over,
        title="Attendre la nouvelle demande de la structure",
        text=f"{over.text} Le SLAI l’accompagne jusqu’à sa nouvelle demande (point 7.1).",
        who="La structure",
    )


def _over(look: Look) -> NextStep:
    sign, decided = _sign(look), look.application.decided_at
    text = f"Décision signée le {day_date(clock.civil_date(decided))}." if decided else "Aucune décision n’a été prise."
    return NextStep(sign, sign.label, text)


_STEPS = {
    S.SUBMITTED: _submitted,
    S.DPID_REVIEW: _dpid_review,
    S.SLAI_REVIEW: _slai_review,
    S.WORKING_SESSION: _working_session,
    S.PROPOSAL: _proposal,
    S.GRANTED: _over,
    S.MORATORIUM: _moratorium,
    S.REFUSED: _over,
    S.WITHDRAWN: _over,
}


def _sign(look: Look, to_rule: int = 0, to_score: int = 0) -> Expected:
    file = look.application
    session, following = getattr(file, "working_session", None), getattr(file, "next", None)
    return expected(
        Situation(
            state=file.state,
            certificates_to_rule=to_rule,
            cers=to_score,
            session_closed=bool(session and session.closed_at),
            proposal_ready=hasattr(file, "proposal"),
            refiling=bool(following and following.submitted_at),
        )
    )


def _mean_words(look: Look) -> str:
    mean = look.results.scores.decisive
    return f"Moyenne des CER\u00a0: {percent(mean)}." if mean is not None else "Aucun CER n’est encore coté."


def _within(look: Look, setting: str) -> str:
    """The internal delay that runs from the DPID's opinion: a wish of the services, not a legal date."""
    opinion = look.opinions.get(OpinionBody.DPID)
    if opinion is None:
        return ""
    days = rulebook_of(look.application).integer(setting)
    return f" avant le {day_date(clock.civil_date(opinion.signed_at) + timedelta(days=days))}"


def _panel_url(look: Look) -> str:
    return reverse("score_panel", args=[look.application.panel_id]) if may_read_cers(look.user) else ""
