"""What the technical team does on a file: one address and one view per act. Forms validate, services write.

A refusal of the service (somebody was faster, a piece is still missing) comes back as a sentence on the page that the
person was on, with everything typed still there.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic import FormView, View

from accounts.models import User
from applications import selectors, services
from applications.enums import ApplicationState, OpinionBody, Outcome
from applications.forms.desk import AssignForm, ConveneForm, OpinionForm, ProposalForm, SessionForm
from applications.models import Application
from applications.reasons import cer_reasons, opinion_draft, training_reasons
from applications.selectors import files as reads
from applications.views.files import file_or_404, person
from applications.views.signs import verdict_sign
from applications.workflow import WORKFLOW, may_hold_session, may_instruct, may_remark
from core import clock
from core.french import day_date
from core.transitions import TransitionForbidden, TransitionRefused
from evaluation import selectors as evaluation_selectors
from evaluation.errors import EvaluationRefused
from evaluation.rights import may_read_cers


class FileAct(View):
    """An act without a form: done or refused, it comes back to the file with a sentence."""

    http_method_names = ("post",)
    done = ""

    def act(self, file: Application, actor: User) -> object:
        raise NotImplementedError

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        file, actor = file_or_404(request, pk), person(request)
        try:
            self.act(file, actor)
        except TransitionForbidden as error:
            raise PermissionDenied(str(error)) from error
        except TransitionRefused as error:
            messages.error(request, str(error))
        else:
            messages.success(request, self.done)
        return redirect("file_detail", file.pk)


class DeclareComplete(FileAct):
    done = "Le dossier est déclaré complet. La structure en est informée."

    def act(self, file: Application, actor: User) -> object:
        return services.declare_complete(application=file, actor=actor, now=clock.now())


class Acknowledge(FileAct):
    done = "L’accusé de réception est envoyé. La structure en est informée."

    def act(self, file: Application, actor: User) -> object:
        return services.send_acknowledgement(application=file, actor=actor, now=clock.now())


class AssignToMe(FileAct):
    done = "Vous suivez ce dossier."

    def act(self, file: Application, actor: User) -> object:
        return services.assign(application=file, agent=actor, actor=actor)


class FileForm(FormView):
    """A form on a file that ends in one service. `row`: the transition it applies, if it applies one."""

    http_method_names = ("get", "head", "post")
    row = ""
    done = ""
    file: Application
    actor: User

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.file, self.actor = file_or_404(request, kwargs["pk"]), person(request)
        if not self.is_allowed():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def is_allowed(self) -> bool:
        return WORKFLOW[self.row].may(self.actor, self.file)

    def write(self, cleaned: dict[str, Any]) -> object:
        raise NotImplementedError

    def form_valid(self, form: BaseForm) -> HttpResponse:
        try:
            self.write(form.cleaned_data)
        except TransitionForbidden as error:
            raise PermissionDenied(str(error)) from error
        except (TransitionRefused, EvaluationRefused) as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        messages.success(self.request, self.done)
        return redirect(self.get_success_url())

    def get_success_url(self) -> str:
        return self.url("file_detail")

    def url(self, name: str) -> str:
        return reverse(name, args=[self.file.pk])

    def objection(self) -> object:
        """Why the act can't be done now; said instead of the form."""
        if not self.row:
            return None
        return services.can(name=self.row, application=self.file, actor=self.actor, now=clock.now())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(file=self.file, objection=self.objection(), **kwargs)


class Assign(FileForm):
    form_class = AssignForm
    template_name = "applications/file/assign.html"

    def is_allowed(self) -> bool:
        return may_instruct(self.actor, self.file)

    def get_initial(self) -> dict[str, Any]:
        return {"agent": self.file.assigned_to_id}

    def write(self, cleaned: dict[str, Any]) -> None:
        services.assign(application=self.file, agent=cleaned["agent"], actor=self.actor)
        self.done = f"Le dossier est suivi par {cleaned['agent']}."


class OpinionView(FileForm):
    """Both opinions: the facts of both criteria are already in the text, to be rewritten at will."""

    form_class = OpinionForm
    template_name = "applications/file/opinion.html"
    of_body = ""
    consequence = ""
    give: Callable[..., object]

    def get_initial(self) -> dict[str, Any]:
        return {"statement": opinion_draft(*drafted_reasons(self.file, self.results()))}

    def write(self, cleaned: dict[str, Any]) -> None:
        self.give(application=self.file, actor=self.actor, now=clock.now(), **cleaned)

    def results(self) -> selectors.Results:
        return selectors.results(self.file, today=clock.today())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = {"of_body": self.of_body, "consequence": self.consequence, **results_panel(self.file, self.results())}
        return super().get_context_data(**context, **kwargs)


class DpidOpinion(OpinionView):
    row = "give_dpid_opinion"
    of_body = "de la DPID"
    consequence = "Le dossier passe au SLAI."
    done = "L’avis de la DPID est rendu. Le dossier passe au SLAI."
    give = staticmethod(services.give_dpid_opinion)


class SlaiOpinion(OpinionView):
    of_body = "du SLAI"
    consequence = "La proposition peut alors être préparée."
    done = "L’avis du SLAI est rendu. La proposition peut être préparée."
    give = staticmethod(services.give_slai_opinion)

    @property
    def row(self) -> str:  # type: ignore[override]
        after = self.file.state == ApplicationState.WORKING_SESSION
        return "give_slai_opinion_after_session" if after else "give_slai_opinion"


class Convene(FileForm):
    form_class = ConveneForm
    template_name = "applications/file/convene.html"
    row = "open_working_session"
    done = "Le temps de travail est convoqué. Les cotations peuvent y être revues."

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "today": clock.today()}

    def get_success_url(self) -> str:
        return self.url("file_session")

    def write(self, cleaned: dict[str, Any]) -> None:
        services.open_working_session(application=self.file, actor=self.actor, now=clock.now(), **cleaned)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(scores=selectors.effective_scores(self.file), **kwargs)


class Session(FileForm):
    """The CERs under discussion, each with a link to confirm or revise it, and the minutes. Read by every reader."""

    form_class = SessionForm
    template_name = "applications/file/session.html"
    done = "Le compte rendu est enregistré. Le SLAI peut rendre son avis."

    def is_allowed(self) -> bool:
        return self.request.method != "POST" or may_hold_session(self.actor, self.file)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not hasattr(self.file, "working_session"):
            messages.warning(request, "Aucun temps de travail n’est convoqué sur ce dossier.")
            return redirect("file_detail", self.file.pk)
        return super().get(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        session = getattr(self.file, "working_session", None)
        return {"held_on": session.planned_on} if session else {}

    def get_form_kwargs(self) -> dict[str, Any]:
        filed_on = clock.civil_date(self.file.submitted_at or clock.now())
        return {**super().get_form_kwargs(), "today": clock.today(), "first_day": filed_on}

    def write(self, cleaned: dict[str, Any]) -> None:
        services.close_working_session(application=self.file, actor=self.actor, now=clock.now(), **cleaned)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        session = getattr(self.file, "working_session", None)
        scores = selectors.effective_scores(self.file)
        is_open = self.file.state == ApplicationState.WORKING_SESSION and session and session.closed_at is None
        may_write = bool(is_open) and may_hold_session(self.actor, self.file)
        return super().get_context_data(
            session=session,
            minutes_facts=_minutes_facts(session),
            may_write=may_write,
            session_links=may_write,
            may_read_cers=may_read_cers(self.actor),
            may_remark=may_remark(self.actor, self.file),
            scores=scores,
            rows=reads.score_rows(self.file, scores),
            flags=evaluation_selectors.flags(self.file.panel),
            revisions=evaluation_selectors.revisions(scores),
            **kwargs,
        )


class ProposalView(FileForm):
    """What is put to signature: an outcome that the cycle and the criteria allow, and its reasons by criterion."""

    form_class = ProposalForm
    template_name = "applications/file/proposal.html"
    done = "La proposition est prête. Elle attend la signature du Président."

    def is_allowed(self) -> bool:
        return may_instruct(self.actor, self.file)

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.preview: dict[str, str] | None = None

    def outcomes(self) -> list[tuple[Outcome, str | None]]:
        """Each outcome, and why it may not be proposed."""
        today = clock.today()
        return [
            (outcome, services.outcome_objection(application=self.file, outcome=outcome, today=today))
            for outcome in Outcome
        ]

    def get_form_kwargs(self) -> dict[str, Any]:
        results = selectors.results(self.file, today=clock.today())
        met = {"training_reasons": results.training_met, "cer_reasons": results.cer_met}
        return {
            **super().get_form_kwargs(),
            "outcomes": [outcome for outcome, why in self.outcomes() if not why],
            "unmet": [name for name, is_met in met.items() if not is_met],
        }

    def get_initial(self) -> dict[str, Any]:
        former = getattr(self.file, "proposal", None)
        if former:
            return {
                "outcome": former.outcome,
                "training_reasons": former.training_reasons,
                "cer_reasons": former.cer_reasons,
                "seen": former.prepared_at.isoformat(),
            }
        training, cer = drafted_reasons(self.file, selectors.results(self.file, today=clock.today()))
        first = next(outcome for outcome, why in self.outcomes() if not why)
        return {"outcome": first, "training_reasons": training, "cer_reasons": cer}

    def form_valid(self, form: BaseForm) -> HttpResponse:
        if "apercu" not in self.request.POST:
            return super().form_valid(form)
        cleaned = form.cleaned_data
        self.preview = {
            "outcome": Outcome(cleaned["outcome"]).label,
            "training": cleaned["training_reasons"],
            "cer": cleaned["cer_reasons"],
        }
        return self.render_to_response(self.get_context_data(form=form))

    def write(self, cleaned: dict[str, Any]) -> None:
        cleaned = {**cleaned, "outcome": Outcome(cleaned["outcome"])}
        services.prepare_proposal(application=self.file, actor=self.actor, now=clock.now(), **cleaned)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        results = selectors.results(self.file, today=clock.today())
        return super().get_context_data(
            former=getattr(self.file, "proposal", None),
            preview=self.preview,
            objections=[(outcome, why) for outcome, why in self.outcomes() if why],
            is_time=self.file.state == ApplicationState.PROPOSAL,
            **results_panel(self.file, results),
            **kwargs,
        )


def results_panel(file: Application, results: selectors.Results) -> dict[str, Any]:
    """Both criteria and the opinions already given, beside what the agent writes."""
    given = reads.opinions_by_body(file)
    return {
        "results": results,
        "verdict": verdict_sign(results.coverage),
        "given": [(f"Avis {body.label}", given[body]) for body in OpinionBody if body in given],
    }


def drafted_reasons(file: Application, results: selectors.Results) -> tuple[str, str]:
    rulebook, scores = selectors.rulebook_of(file), results.scores
    cer = cer_reasons(
        rulebook,
        decisive=scores.decisive,
        per_referent=sorted(scores.structure.per_referent.items()),
        cers=scores.scored,
        gap=reads.frequent_gap(scores),
        after_session=hasattr(file, "working_session"),
    )
    return training_reasons(rulebook, results.coverage), cer


def _minutes_facts(session: Any) -> list[tuple[str, str]]:
    if not (session and session.closed_at):
        return []
    closed_on = day_date(clock.civil_date(session.closed_at))
    return [
        ("Tenu le", day_date(session.held_on)),
        ("Participants", session.participants),
        ("Enregistré par", f"{session.closed_by}, le {closed_on}"),
    ]
