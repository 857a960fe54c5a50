"""A grid that one person fills in at a time, as the page tells it to the others."""

from collections.abc import Callable
from functools import partial
from typing import Any, cast

from django.urls import reverse

from accounts.models import User
from core import clock
from core.french import NBSP
from evaluation import services
from evaluation.errors import ClaimHeld, EvaluationRefused, held_words
from evaluation.forms import GridForm
from evaluation.models import Cer, CerClaim, Scoring
from evaluation.views.grids import GridView, line_ids
from evaluation.views.merging import Meanwhile


class HeldGrid(GridView):
    """The one who opens a CER holds it; the others read it until they knowingly take over. Two who write all the same
    lose nothing: their ticks are put together and each is told, but only the one who holds it validates."""

    opened: Any
    """The CER of this address, with its `claim`."""
    overtaken: CerClaim | None = None
    """Who turned out to hold the CER when this person saved."""

    @property
    def claim(self) -> CerClaim | None:
        """The colleague's, who scores this CER at this hour."""
        claim: CerClaim | None = getattr(self.opened, "claim", None)
        return claim if claim and claim.holds(self.actor, clock.now()) else None

    @property
    def actor(self) -> User:
        return cast(User, self.request.user)

    def may_write(self, cer: Cer) -> bool:
        return not self.claim and super().may_write(cer)

    def get_context_data(self, cer: Cer, form: Any = None, clashes: Any = None) -> dict[str, Any]:
        """A grid sent to be validated while a colleague holds the CER stays as it was typed."""
        context = super().get_context_data(cer, form, clashes)
        saved = context["scoring"]
        may_take = bool(self.claim) and super().may_write(cer) and not (saved and saved.validated_at)
        opening = context["writable"] and not (saved and saved.validated_at)
        return context | {
            "claim": self.claim,
            "may_take": may_take,
            "held": bool(form and form.held),
            "claim_url": reverse("claim_cer", args=[cer.pk]) if opening or may_take else "",
            "writable": context["writable"] or bool(form and form.held),
        }

    def write(self, service: Callable[..., Scoring], cer: Cer) -> Meanwhile | GridForm:
        read = getattr(self.opened, "claim", None)
        take = "take" in self.request.POST
        hold = partial(services.hold_cer, take_over=True) if take else partial(services.keep_holding, claim=read)
        try:
            hold(cer=cer, actor=self.actor, now=clock.now())
        except ClaimHeld as refusal:
            if service == services.validate_scoring:
                form = GridForm(self.request.POST, lines=line_ids(cer))
                form.add_error(None, str(refusal))
                form.held = True
                return form
            self.overtaken = refusal.claim
        except EvaluationRefused:
            pass  # the service that writes says it
        else:
            if self.claim:  # taken over: it is theirs from now on
                self.opened = self.get_cer()
        written = super().write(service, cer)
        if isinstance(written, Meanwhile) and written.scoring.validated_at:
            services.release_cer(cer=cer, actor=self.actor)
        return written

    def besides(self) -> dict[str, Any]:
        if self.overtaken is None:
            return {}
        return {"held": f"{held_words(self.overtaken)} Vos coches rejoignent les siennes{NBSP}: rien n’est perdu."}
