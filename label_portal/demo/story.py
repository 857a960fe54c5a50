"""Who is where in the life cycle: one row per structure, walked through the services on past days."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from accounts.enums import Role
from accounts.models import Structure, User
from applications import services as files
from applications.enums import Outcome
from applications.models import Application
from applications.selectors import certificates_to_rule, results, rulebook_of
from core import clock
from evaluation.enums import IdentifyingKind
from evaluation.selectors import panel_cers
from label_portal.demo import files as contents
from label_portal.demo.people import agent, instant, load_people
from label_portal.demo.press import Press
from label_portal.demo.promises import Promise, import_past_trainings, promise, promise_newcomers
from label_portal.demo.sessions import plan_sessions
from label_portal.sample import people
from labels.enums import NotificationMode
from labels.models import Decision
from labels.services import prepare_second_application, record_facts, record_notification, sign_decision
from rulebook.book import current_rulebook
from training.courses import judge
from training.enums import CommitmentKind, SupportKind
from training.models import AttendanceCertificate
from training.rulings import accept_certificate, refuse_certificate
from training.selectors import counted_referents

STAGES = ("draft", "filed", "complete", "opinion", "session", "slai_opinion", "proposal", "decided", "notified")


@dataclass(frozen=True, slots=True)
class Story:
    """`filed` days before today; `until` is the last stage reached (STAGES). `then` goes on after a moratorium.

    `outside`: (référent's code, module) of a training followed outside the plan. `unready`: some of its contracts are
    not ready; `recognised`: a CER in which an evaluator recognised somebody; `on_paper`: référents whose CERs their
    team drew by itself; `promised`: trainings not followed yet, each under a commitment.
    """

    key: str
    until: str
    filed: int
    quality: str = "good"
    referents: int = 2
    without: tuple[tuple[str, str], ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    outside: tuple[tuple[str, str], ...] = ()
    scored: int | None = None
    withdrawn_before: bool = False
    unready: bool = False
    recognised: str = ""
    on_paper: tuple[str, ...] = ()
    promised: tuple[Promise, ...] = ()
    then: "Story | None" = None


STORIES = (
    Story("amarres", "notified", 160, "weak", referents=6, without=(("R06", "O1"),), refused=(("R04", "M4"),),
          outside=(("R04", "M4"),)),
    Story("gris-nez", "notified", 420, referents=4, withdrawn_before=True),
    Story("marais", "draft", 3, referents=3, without=(("R02", "M3"), ("R03", "O1")), unready=True),
    Story("port-marelle", "filed", 5, outside=(("R01", "M4"),)),
    Story("parcours-aa", "complete", 40, referents=3, scored=4, recognised="R02-CER3",
          promised=(("R02", "M4", CommitmentKind.ABSENCE),)),
    Story("trois-chenaies", "opinion", 75, promised=(("R02", "M1", CommitmentKind.NEWCOMER),)),
    Story("canche", "session", 95, "weak"),
    Story("horizon-ternois", "proposal", 120),
    Story("plaine-artois", "proposal", 110, "weak", without=(("R02", "M3"),), on_paper=("R02",)),
    Story("vimeux", "notified", 330, "weak", then=Story("vimeux", "draft", 4)),
    Story("trait-union", "notified", 520, "weak", then=Story("trait-union", "notified", 220, "weak")),
    Story("sud-artois", "decided", 130, "weak"),
)  # fmt: skip


def tell_all(*, today: date, say: Callable[[str], object]) -> None:
    """Load everybody and walk every story; `say` gets one line per structure."""
    load_people(today, referents={story.key: story.referents for story in STORIES})
    with Press() as press:
        for story in STORIES:
            _order(press, story, today)
        for story in STORIES:
            structure, filed_on = _structure(story), today - timedelta(days=story.filed)
            actor = structure.members.get(role=Role.STRUCTURE_ADMIN)
            opened = filed_on - timedelta(days=12)
            if story.withdrawn_before:
                _open_and_withdraw(structure, actor, day=opened - timedelta(days=30))
            application = files.open_application(structure=structure, actor=actor, now=instant(opened))
            Walk(story, application, actor, today, press).go()
            say(f"{structure.name} : {story.then.until if story.then else story.until}")
    promise_newcomers()
    import_past_trainings(today)
    plan_sessions(today)
    record_facts(today=today, now=instant(today, 5))


def _order(press: Press, story: Story, today: date) -> None:
    """Have everything drawn that the story will need, in the order in which it will."""
    rulebook, filed_on = current_rulebook(), today - timedelta(days=story.filed)
    referents = counted_referents(_structure(story), rulebook=rulebook, day=filed_on)
    for referent in referents:
        for certificate in contents.plan_certificates(referent, rulebook):
            press.order(certificate)
    for cer in contents.plan_cers(referents, quality=story.quality, filed_on=filed_on):
        press.order(cer)
    if story.then:
        _order(press, story.then, today)


def _structure(story: Story) -> Structure:
    return Structure.objects.get(siret=people.structure(story.key).siret)


def _open_and_withdraw(structure: Structure, actor: User, *, day: date) -> None:
    application = files.open_application(structure=structure, actor=actor, now=instant(day))
    files.withdraw_application(
        application=application, actor=actor, now=instant(day, 20), comment="Dossier ouvert trop tôt."
    )


class Walk:
    """One file led from its draft to the last stage of its story; each method is a stage, in the order of STAGES."""

    def __init__(self, story: Story, application: Application, actor: User, today: date, press: Press):
        self.story, self.application, self.actor, self.today = story, application, actor, today
        self.press = press
        self.dpid = agent(Role.DPID_AGENT)
        self.slai = agent(Role.SLAI, territory=application.lead_territory)
        referents = counted_referents(application.structure, rulebook=rulebook_of(application), day=self.day(0))
        self.plans = contents.plan_cers(referents, quality=story.quality, filed_on=self.day(0))
        self.good = story.quality == "good" and not story.without

    def go(self) -> None:
        for stage in STAGES[: STAGES.index(self.story.until) + 1]:
            getattr(self, stage)()
        if self.story.then:
            self.second_study(self.story.then)

    def day(self, after: int) -> date:
        """The civil day, `after` days after filing."""
        return self.today - timedelta(days=self.story.filed - after)

    def at(self, after: int) -> datetime:
        return instant(self.day(after))

    def draft(self) -> None:
        is_draft, now = self.story.until == "draft", self.at(0)
        told: dict[str, Any] = {"press": self.press, "actor": self.actor, "now": now}
        if not AttendanceCertificate.objects.filter(structure=self.application.structure_id).exists():
            promised = tuple((code, module) for code, module, _ in self.story.promised)
            contents.add_certificates(
                self.application, without=self.story.without + promised, outside=self.story.outside, **told
            )
            promise(self.application.structure, self.story.promised, actor=self.actor, now=now)
        contents.draw_cers(
            self.application, self.plans, on_paper=self.story.on_paper, actor=self.actor, now=now
        )  # fmt: skip
        contents.add_cers(self.application, self.plans[:-4] if is_draft else self.plans, **told)
        if self.story.unready:
            last = self.plans[-1]
            contents.add_unready_cers(
                self.application, code=last.reference[:3], edited_on=last.edited_on, actor=self.actor, now=now
            )
        files.save_form(
            application=self.application,
            actor=self.actor,
            now=now,
            mission="Accompagnement social et socioprofessionnel de bénéficiaires du RSA, individuel et collectif.",
            contact_name=str(self.actor),
            contact_email=self.actor.email,
            contact_phone=self.actor.phone,
            anonymised_declared=not is_draft,
            accuracy_declared=not is_draft,
        )

    def filed(self) -> None:
        key = f"demo-{self.application.pk}"
        self.application = files.submit_application(
            application=self.application, actor=self.actor, now=self.at(0), key=key
        )
        if self.story.until == "filed" and self.story.outside:
            self.ask_programme()

    def ask_programme(self) -> None:
        """Of a training outside the plan, before it is judged."""
        files.ask_support(
            application=self.application,
            certificate=certificates_to_rule(self.application).filter(is_equivalence=True)[0],
            kind=SupportKind.PROGRAMME,
            words="Envoyez le programme de cette formation, avec le temps donné à chaque objectif.",
            due_on=self.day(20),
            actor=self.dpid,
            now=self.at(3),
        )

    def complete(self) -> None:
        files.send_acknowledgement(application=self.application, actor=self.dpid, now=self.at(2))
        files.declare_complete(application=self.application, actor=self.dpid, now=self.at(2))
        self.rule_certificates()
        plans = self.plans[: self.story.scored]
        contents.score(self.application, plans, press=self.press, actor=self.dpid, now=self.at(20))
        if self.story.recognised:
            self.withdraw(self.story.recognised)

    def withdraw(self, reference: str) -> None:
        cer = next(cer for cer in panel_cers(self.application.panel) if cer.reference == reference)
        files.withdraw_cer_file(cer=cer, kind=IdentifyingKind.RELATIVE, actor=self.dpid, now=self.at(21))

    def rule_certificates(self) -> None:
        for certificate in certificates_to_rule(self.application).select_related("referent"):
            ruling: dict[str, Any] = {
                "certificate": certificate,
                "actor": self.dpid,
                "now": self.at(4),
                "seen": certificate.state,
            }
            place = (certificate.referent.code if certificate.referent else "", certificate.module)
            if place in self.story.refused:
                objectives = rulebook_of(self.application).module(certificate.module).objectives
                refuse_certificate(
                    **ruling, judgement=judge(objectives, objectives[:1]),
                    reason="Le programme de cette formation ne traite que le premier objectif du module.",
                )  # fmt: skip
            else:
                accept_certificate(**ruling)

    def opinion(self) -> None:
        files.give_dpid_opinion(
            application=self.application, actor=self.dpid, favourable=self.good, statement=self.statement(),
            now=self.at(30),
        )  # fmt: skip

    def session(self) -> None:
        if not self.good:
            files.open_working_session(
                application=self.application, actor=self.dpid, planned_on=self.day(42), now=self.at(33)
            )

    def slai_opinion(self) -> None:
        if not self.good:
            files.close_working_session(
                application=self.application,
                actor=self.dpid,
                held_on=self.day(42),
                participants="Pour la DPID et pour le SLAI du territoire : les agents chargés du dossier.",
                minutes="Les cotations ont été relues ligne à ligne. Elles sont confirmées.",
                now=self.at(42),
            )
        files.give_slai_opinion(
            application=self.application, actor=self.slai, favourable=self.good, statement=self.statement(),
            now=self.at(45),
        )  # fmt: skip

    def proposal(self) -> None:
        application = Application.objects.get(pk=self.application.pk)
        found = results(application, today=self.day(50))
        adverse = Outcome.REFUSAL if application.study == 2 else Outcome.MORATORIUM
        missing = " ".join(found.coverage.blockers)
        files.prepare_proposal(
            application=application,
            actor=self.dpid,
            outcome=Outcome.GRANT if self.good else adverse,
            training_reasons="" if found.training_met else f"Obligations non justifiées (point 5-1) : {missing}",
            cer_reasons="" if found.cer_met else "La moyenne des CER contrôlés est sous le seuil de 80 % (point 5-2).",
            now=self.at(50),
        )

    def decided(self) -> None:
        application = Application.objects.select_related("proposal").get(pk=self.application.pk)
        sign_decision(
            application=application, actor=agent(Role.SIGNATORY), prepared_at=application.proposal.prepared_at,
            now=self.at(57),
        )  # fmt: skip

    def notified(self) -> None:
        record_notification(
            decision=Decision.objects.get(application=self.application),
            actor=self.dpid,
            mode=NotificationMode.REGISTERED_LETTER,
            tracking_number=f"1A 062 {self.application.pk:03d} 4567 8",
            sent_on=self.day(58),
            received_on=self.day(61),
            now=self.at(64),
        )

    def second_study(self, story: Story) -> None:
        opened = instant(self.today - timedelta(days=story.filed + 12))
        record_facts(today=clock.civil_date(opened), now=opened)
        moratorium = Decision.objects.get(application=self.application).moratorium
        application = prepare_second_application(moratorium=moratorium, actor=self.actor, now=opened)
        Walk(story, application, self.actor, self.today, self.press).go()

    def statement(self) -> str:
        if self.good:
            return "Les deux critères sont atteints : référents formés, CER de qualité."
        return "La qualité des CER est sous le seuil : la remarque manque ou n’éclaire pas les actions."
