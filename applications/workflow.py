"""The life cycle of a file, as one table (domain.md §2, rows T1 to T14). Nothing else sets an application's state.

The docstring of a predicate is its wording in the generated documentation, hence in French.
"""

from datetime import date, datetime
from typing import Any

from accounts import roles
from applications import selectors
from applications.enums import OPEN, ApplicationState, Outcome
from applications.models import Application
from core import clock
from core.transitions import Guard, Transition, Workflow
from rulebook.book import get_rulebook


def may_file(user: Any, application: Application) -> bool:
    """La structure (tous ses membres)."""
    return roles.is_structure(user) and user.structure_id == application.structure_id


def may_withdraw(user: Any, application: Application) -> bool:
    """L’administrateur de la structure."""
    return roles.is_structure_admin(user) and user.structure_id == application.structure_id


def may_instruct(user: Any, application: Application) -> bool:
    """La DPID."""
    return roles.is_dpid(user)


def may_give_slai_opinion(user: Any, application: Application) -> bool:
    """Le SLAI du territoire chef de file."""
    return roles.is_slai(user) and user.territories.filter(pk=application.lead_territory_id).exists()


def may_hold_session(user: Any, application: Application) -> bool:
    """La DPID ou le SLAI du territoire chef de file."""
    return may_instruct(user, application) or may_give_slai_opinion(user, application)


def may_remark(user: Any, application: Application) -> bool:
    """Le SLAI du territoire chef de file, tant que le dossier est entre ses mains (point 7.1)."""
    in_hand = application.state in (ApplicationState.SLAI_REVIEW, ApplicationState.WORKING_SESSION)
    return in_hand and may_give_slai_opinion(user, application)


def may_sign(user: Any, application: Application) -> bool:
    """Le Président ou son délégataire."""
    return roles.is_signatory(user)


def filing_is_open(application: Application, now: datetime) -> str | None:
    """CdC 7.2: from January 2025; after a moratorium, from the day that its end allows."""
    opening = get_rulebook(application.rulebook_version).day("calendar.applications_open")
    first_day = max(opening, application.not_before or opening)
    if clock.civil_date(now) < first_day:
        return f"Le dépôt sera possible à partir du {_in_words(first_day)}."
    return None


def nothing_is_missing(application: Application, now: datetime) -> str | None:
    missing = selectors.missing_pieces(application, today=clock.civil_date(now))
    if not missing:
        return None
    count = len(missing)
    return f"Il manque encore {count} élément{'s' if count > 1 else ''} : voyez la liste du récapitulatif."


def certificates_are_ruled(application: Application, now: datetime) -> str | None:
    count = selectors.certificates_to_rule(application).count()
    return f"{count} attestation{'s restent' if count > 1 else ' reste'} à vérifier." if count else None


def cers_are_scored(application: Application, now: datetime) -> str | None:
    count = selectors.cers_to_score(application).count()
    return f"{count} CER rest{'ent' if count > 1 else 'e'} à coter." if count else None


def mean_allows_opinion(application: Application, now: datetime) -> str | None:
    """Under the threshold the working session comes first (CdC 5-2, R36)."""
    if selectors.cer_criterion_is_met(application):
        return None
    return "La moyenne des CER est sous le seuil : le temps de travail DPID–SLAI est obligatoire avant l’avis du SLAI."


def session_is_closed(application: Application, now: datetime) -> str | None:
    session = getattr(application, "working_session", None)
    if session and session.closed_at:
        return None
    return "Le compte rendu du temps de travail n’est pas encore enregistré."


def proposal_is(outcome: Outcome) -> Guard:
    def proposal_prepared(application: Application, now: datetime) -> str | None:
        proposal = getattr(application, "proposal", None)
        if proposal is None:
            return "La proposition n’est pas encore préparée."
        if proposal.outcome != outcome:
            return f"La proposition préparée est « {proposal.get_outcome_display()} »."
        return None

    return proposal_prepared


def first_study(application: Application, now: datetime) -> str | None:
    return None if application.study == 1 else "Un moratoire a déjà eu lieu dans ce cycle."


def second_study(application: Application, now: datetime) -> str | None:
    return None if application.study == 2 else "Un refus n’est possible qu’après un moratoire (point 7.1)."


def _in_words(day: date) -> str:
    return f"{day:%d/%m/%Y}"


S = ApplicationState
WORKFLOW = Workflow(
    "dossier",
    ApplicationState,
    (
        Transition(
            "submit", "Déposer le dossier", frozenset({S.DRAFT}), S.SUBMITTED, may_file,
            guards=(filing_is_open, nothing_is_missing), document="Accusé d’enregistrement",
            opens=("acknowledgement", "silence"),
        ),
        Transition(
            "declare_complete", "Déclarer le dossier complet", frozenset({S.SUBMITTED}), S.DPID_REVIEW, may_instruct,
            opens=("instruction",),
        ),
        Transition(
            "give_dpid_opinion", "Rendre l’avis de la DPID", frozenset({S.DPID_REVIEW}), S.SLAI_REVIEW, may_instruct,
            guards=(certificates_are_ruled, cers_are_scored),
        ),
        Transition(
            "open_working_session", "Convoquer le temps de travail", frozenset({S.SLAI_REVIEW}), S.WORKING_SESSION,
            may_hold_session,
        ),
        Transition(
            "give_slai_opinion", "Rendre l’avis du SLAI", frozenset({S.SLAI_REVIEW}), S.PROPOSAL,
            may_give_slai_opinion, guards=(mean_allows_opinion,),
        ),
        Transition(
            "give_slai_opinion_after_session", "Rendre l’avis du SLAI après le temps de travail",
            frozenset({S.WORKING_SESSION}), S.PROPOSAL, may_give_slai_opinion, guards=(session_is_closed,),
        ),
        Transition(
            "grant", "Accorder le label", frozenset({S.PROPOSAL}), S.GRANTED, may_sign,
            guards=(proposal_is(Outcome.GRANT),), document="Décision d’octroi et certificat",
            opens=("label_expiry", "renewal_window"), closes=("instruction", "acknowledgement"),
        ),
        Transition(
            "impose_moratorium", "Ouvrir un moratoire", frozenset({S.PROPOSAL}), S.MORATORIUM, may_sign,
            guards=(first_study, proposal_is(Outcome.MORATORIUM)), document="Notification de moratoire",
            closes=("instruction", "acknowledgement"),
        ),
        Transition(
            "refuse", "Refuser le label", frozenset({S.PROPOSAL}), S.REFUSED, may_sign,
            guards=(second_study, proposal_is(Outcome.REFUSAL)), document="Décision de refus motivée",
            closes=("instruction", "acknowledgement"),
        ),
        Transition(
            "withdraw", "Retirer la demande", frozenset(OPEN), S.WITHDRAWN, may_withdraw,
            closes=("instruction", "acknowledgement", "silence"),
        ),
    ),
)  # fmt: skip
OUTCOME_ROWS = {Outcome.GRANT: "grant", Outcome.MORATORIUM: "impose_moratorium", Outcome.REFUSAL: "refuse"}
