"""« Donnée identifiante »: a contract taken out of view, told to its structure, written in the journal of the file."""

from datetime import datetime

from django.urls import reverse

from accounts.models import User
from applications.models import Application, ApplicationLog
from applications.services.common import held, tell_structure
from documents.models import StoredFile
from evaluation import services as evaluation
from evaluation.enums import IdentifyingKind
from evaluation.models import Cer, FileWithdrawal


def withdraw_cer_file(*, cer: Cer, kind: IdentifyingKind, actor: User, now: datetime) -> FileWithdrawal:
    """Out of view in the same transaction as the notice and the log; EvaluationRefused says why not."""
    application = Application.objects.select_related("structure").get(panel=cer.panel_id)
    with held(application):
        withdrawal = evaluation.withdraw_file(cer=cer, kind=kind, actor=actor, now=now)
        _log(application, "withdraw_file", actor, now, f"{cer.reference}\u00a0: {kind.label}")
        tell_structure(
            application,
            cause=f"withdrawn-{withdrawal.pk}",
            subject=f"Dossier {application.number}\u00a0: {cer.reference} à remplacer",
            body=(
                f"Une donnée identifiante a été signalée dans {cer.reference}. "
                "Le fichier est retiré de la vue du Département. Renvoyez le même contrat, cette donnée masquée."
            ),
            path=reverse("cer_to_replace", args=[cer.pk]),
            now=now,
        )
    return withdrawal


def answer_withdrawal(*, cer: Cer, file: StoredFile, actor: User, now: datetime) -> Cer:
    """The structure's new file for a contract withdrawn; EvaluationRefused says why it is not taken."""
    application = Application.objects.select_related("structure").get(panel=cer.panel_id)
    with held(application):
        answered = evaluation.answer_withdrawal(cer=cer, file=file, actor=actor)
        _log(application, "replace_file", actor, now, cer.reference)
    return answered


def _log(application: Application, act: str, actor: User, now: datetime, comment: str) -> None:
    """An act that leaves the file in the state it is in."""
    ApplicationLog.objects.create(
        subject=application,
        transition=act,
        from_state=application.state,
        to_state=application.state,
        actor=actor,
        role=actor.role,
        at=now,
        comment=comment,
    )
