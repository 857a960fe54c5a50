"""The SLAI's remarks on the CERs of a file that is in its hands."""

from collections.abc import Iterable
from datetime import datetime

from accounts.models import User
from applications.models import Application
from applications.services.common import held
from applications.workflow import may_remark
from evaluation import services as evaluation
from evaluation.errors import EvaluationRefused
from evaluation.models import Cer, SlaiRemark


def remark_cer(*, cer: Cer, text: str, lines: Iterable[str], version: int, actor: User, now: datetime) -> SlaiRemark:
    """After the DPID's opinion and until the SLAI's own (CdC 7.1); EvaluationRefused says why not."""
    application = Application.objects.get(panel=cer.panel_id)
    with held(application):
        application.refresh_from_db()
        if not may_remark(actor, application):
            raise EvaluationRefused(
                "Une remarque est écrite par le SLAI du territoire, entre l’avis de la DPID et le sien."
            )
        return evaluation.write_remark(cer=cer, text=text, lines=lines, version=version, actor=actor, now=now)
