"""What is put to signature, and what becomes of the file once it is signed."""

from datetime import date, datetime

from django.db import transaction

from accounts.models import User
from applications import selectors
from applications.deadlines import ACKNOWLEDGEMENT
from applications.enums import ApplicationState, Outcome
from applications.models import Application, Proposal
from applications.services.common import close_instruction, refuse_recused
from applications.workflow import OUTCOME_ROWS, WORKFLOW, may_instruct
from core import clock
from core.transitions import StaleState, TransitionForbidden, TransitionRefused
from core.transitions import transition as apply_row
from notices.services import close_deadline
from training.enums import RecordStage
from training.records import move_record


@transaction.atomic
def prepare_proposal(
    *,
    application: Application,
    actor: User,
    outcome: Outcome,
    training_reasons: str = "",
    cer_reasons: str = "",
    seen: datetime | None = None,
    now: datetime,
) -> Proposal:
    """DPID puts a proposal to signature; it may be rewritten until signed. Both opinions are there by then.

    `seen` is the `prepared_at` of the proposal that the agent had on screen, None without any: two agents never
    overwrite each other unknowingly (StaleState).

    Raises TransitionRefused when the outcome doesn't fit the cycle or the criteria: no refusal without a moratorium,
    no second moratorium, no grant while a criterion is unmet, nothing adverse once both are met, no unmet criterion
    left unsaid.
    """
    locked = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    if not may_instruct(actor, locked):
        raise TransitionForbidden("La proposition est préparée par la DPID.")
    refuse_recused(locked, actor)
    if locked.state != ApplicationState.PROPOSAL:
        raise StaleState("La proposition se prépare une fois les deux avis rendus.")
    if reason := outcome_objection(application=locked, outcome=outcome, today=clock.civil_date(now)):
        raise TransitionRefused(reason)
    reasons = {"training_reasons": training_reasons.strip(), "cer_reasons": cer_reasons.strip()}
    if outcome != Outcome.GRANT and _leaves_unsaid(locked, reasons, today=clock.civil_date(now)):
        raise TransitionRefused("Un moratoire ou un refus se motive par critère, en fait et en droit.")
    _check_seen(locked, seen)
    proposal, _ = Proposal.objects.update_or_create(
        application=locked,
        defaults={"outcome": outcome, **reasons, "prepared_by": actor, "prepared_at": now},
    )
    return proposal


def _check_seen(application: Application, seen: datetime | None) -> None:
    former = Proposal.objects.filter(application=application).select_related("prepared_by").first()
    if former and former.prepared_at != seen:
        raise StaleState(f"{former.prepared_by} a préparé une proposition entre-temps. Relisez-la avant de la changer.")


def outcome_objection(*, application: Application, outcome: Outcome, today: date) -> str | None:
    """Why `outcome` can't be proposed for this file, or None (CdC 7.1).

    The label follows its two criteria (points 1 and 5): an adverse decision is reasoned by the criterion that is not
    met (R43, R48), so there is none to take when both are.
    """
    if outcome == Outcome.MORATORIUM and application.study != 1:
        return "Un moratoire a déjà eu lieu dans ce cycle."
    if outcome == Outcome.REFUSAL and application.study != 2:
        return "Un refus n’est possible qu’après un moratoire (point 7.1)."
    met = selectors.results(application, today=today).all_met
    if outcome == Outcome.GRANT:
        return None if met else "Le label ne peut être proposé : un critère n’est pas atteint."
    if met:
        return (
            "Les deux critères sont atteints\u00a0: seul l’accord du label peut être proposé (points 1 et 5). "
            "Un désaccord sur les notes se règle avant, en temps de travail DPID–SLAI."
        )
    return None


def record_outcome(*, application: Application, actor: User, now: datetime) -> Application:
    """Apply the proposed outcome to the file; called by `labels` inside the transaction of the decision."""
    current = Application.objects.select_related("proposal").get(pk=application.pk)
    proposal = getattr(current, "proposal", None)
    if proposal is None:
        raise TransitionRefused("La proposition n’est pas encore préparée.")
    row = WORKFLOW[OUTCOME_ROWS[Outcome(proposal.outcome)]]
    with apply_row(row, application, actor=actor, now=now) as locked:
        locked.decided_at = now
        move_record(structure=locked.structure, stage=RecordStage.DRAFT)
        close_instruction(locked, reason="Décision signée", today=clock.civil_date(now))
        close_deadline(
            kind=ACKNOWLEDGEMENT, subject_id=locked.pk, reason="Décision signée", today=clock.civil_date(now)
        )
    return locked


def _leaves_unsaid(application: Application, reasons: dict[str, str], *, today: date) -> bool:
    """A criterion is not met and nothing says why, or nothing is said at all (CRPA, art. L.211-5)."""
    found = selectors.results(application, today=today)
    return (
        (not found.training_met and not reasons["training_reasons"])
        or (not found.cer_met and not reasons["cer_reasons"])
        or not any(reasons.values())
    )
