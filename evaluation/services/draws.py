"""The draw of each référent's CERs: the list is fixed, and the draw follows at once (CdC 5-2, R33; `evaluation.draw`).

What was drawn becomes the référent's CERs, without their files; a draw is never erased, the last one holds.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from accounts.models import Referent, User
from core import clock
from core.models import RegisterNumber
from evaluation import draw
from evaluation.enums import DrawKind, Sample
from evaluation.errors import EvaluationRefused, ListsChanged
from evaluation.lists import REFERENCE_LENGTH
from evaluation.models import Cer, DaySecret, Panel, PanelDraw
from evaluation.samples import shared_out, to_draw
from evaluation.selectors import kept_lists, left_to_draw, lists_version
from evaluation.services.journal import set_aside
from evaluation.services.panels import lock_draft, lock_draft_cer


def publish_secrets(*, today: date, now: datetime) -> None:
    """The commitments of today and of tomorrow: where the sweep runs daily, a draw uses one on show the day before."""
    for day in (today, today + timedelta(days=1)):
        publish_secret(today=day, now=now)


def publish_secret(*, today: date, now: datetime) -> DaySecret:
    """The day's chain, its commitment published from now on; the one that stands if there is one already.

    To be called before the list is known, outside of any transaction that reads it.
    """
    if standing := DaySecret.objects.filter(day=today).first():
        return standing
    root = draw.new_root()
    try:
        with transaction.atomic():
            return DaySecret.objects.create(
                day=today, root=root, commitment=draw.commitment(root), published_at=now
            )  # fmt: skip
    except IntegrityError:
        return DaySecret.objects.get(day=today)


@transaction.atomic
def save_lists(*, panel: Panel, texts: Mapping[Referent, str], actor: User, version: str = "") -> str:
    """Keep the lists as they are typed, whatever they hold; an empty one is forgotten. Returns their new version.

    ListsChanged when this would change lists that are no longer those of `version`; without one nothing is compared.
    """
    panel = lock_draft(panel.pk, actor)
    kept = kept_lists(panel)
    typed = {referent.code: text for referent, text in texts.items() if text.strip()}
    if version not in {"", lists_version(kept)} and any(
        kept.get(referent.code, "") != typed.get(referent.code, "") for referent in texts
    ):
        raise ListsChanged("Ces listes ont été changées dans un autre onglet ou par une autre personne.")
    for referent, text in texts.items():
        _check_own(panel, referent)
        if text.strip():
            panel.lists.update_or_create(referent=referent, defaults={"text": text})
        else:
            panel.lists.filter(referent=referent).delete()
    return lists_version(kept_lists(panel))


def draw_panels(
    *, panel: Panel, lists: Mapping[Referent, Sequence[str]], actor: User, now: datetime, reason: str = ""
) -> list[PanelDraw]:
    """Fix the lists and draw: all the référents of `lists`, or none. `reason`: why those already drawn are drawn anew.

    Raises EvaluationRefused, with the référent and what is wrong with the list.
    """
    day = publish_secret(today=clock.civil_date(now), now=now)
    with transaction.atomic():
        panel = lock_draft(panel.pk, actor)
        day = DaySecret.objects.select_for_update().get(pk=day.pk)
        rows = [
            _draw(panel, referent, list(references), day=day, actor=actor, now=now, reason=reason.strip())
            for referent, references in lists.items()
        ]
        panel.lists.filter(referent__in=lists).delete()
        return rows


def replace_drawn_cer(*, cer: Cer, reason: str, actor: User, now: datetime) -> PanelDraw:
    """Draw another reference in the place of one that can't be used, among those that were not drawn. It starts blank:
    what was ticked on the other contract stays in the journal."""
    if not reason.strip():
        raise EvaluationRefused("Dites pourquoi ce CER ne peut pas être joint.")
    day = publish_secret(today=clock.civil_date(now), now=now)
    with transaction.atomic():
        cer = lock_draft_cer(cer, actor)
        day = DaySecret.objects.select_for_update().get(pk=day.pk)
        if not cer.drawn_as:
            raise EvaluationRefused(f"{cer.reference} n’a pas été tiré par le portail.")
        if cer.file:
            raise EvaluationRefused(f"{cer.reference} a déjà son fichier\u00a0: retirez-le d’abord.")
        left = left_to_draw(cer)
        if not left:
            raise EvaluationRefused(
                f"Tous les CER de la liste de {cer.referent.code} sont déjà tirés. Retirez celui-ci et dites pourquoi "
                "il en manque."
            )
        row = _record(
            cer.panel, cer.referent, DrawKind.REPLACEMENT, left, count=1, day=day, actor=actor, now=now,
            reason=reason.strip(), replaced=cer.drawn_as,
        )  # fmt: skip
        set_aside(cer, author=actor, now=now, reason="CER remplacé par un autre tirage.")
        cer.facts.all().delete()
        cer.drawn_as, cer.contract_type, cer.caf_number = row.drawn[0], "", ""
        cer.save(update_fields=["drawn_as", "contract_type", "caf_number"])
        return row


@transaction.atomic
def declare_paper_draw(
    *, panel: Panel, referents: Sequence[Referent], reason: str, actor: User, now: datetime
) -> list[PanelDraw]:
    """The structure drew on paper: it says when, how and before whom, and sends the CERs that came out."""
    panel = lock_draft(panel.pk, actor)
    if not reason.strip():
        raise EvaluationRefused("Dites quand et comment ce tirage a été fait, et qui y était.")
    for referent in referents:
        _check_own(panel, referent)
        if panel.draws.filter(referent=referent).exclude(kind=DrawKind.PAPER).exists():
            raise EvaluationRefused(f"Le portail a déjà tiré les CER de {referent.code}\u00a0: ce tirage fait foi.")
    return [
        PanelDraw.objects.create(
            panel=panel, referent=referent, kind=DrawKind.PAPER, number=_number(now), reason=reason.strip(),
            author=actor, at=now,
        )
        for referent in referents
    ]  # fmt: skip


def _draw(
    panel: Panel, referent: Referent, references: list[str], *, day: DaySecret, actor: User, now: datetime, reason: str
) -> PanelDraw:
    _check_own(panel, referent)
    own = list(panel.cers.filter(referent=referent).select_related("referent"))
    if with_file := [cer.reference for cer in own if cer.file_id]:
        raise EvaluationRefused(
            f"{referent.code} a déjà des fichiers ({', '.join(with_file)})\u00a0: retirez-les pour tirer au sort, ou "
            "déclarez un tirage fait sur papier."
        )
    again = panel.draws.filter(referent=referent).exists()
    if again and not reason:
        raise EvaluationRefused(f"Les CER de {referent.code} sont déjà tirés\u00a0: dites pourquoi recommencer.")
    wanted = panel.rulebook.integer("cer.min_per_referent")
    row = _record(
        panel, referent, DrawKind.AGAIN if again else DrawKind.FIRST, references, count=to_draw(panel.rulebook),
        self_count=wanted if panel.apart else 0, day=day, actor=actor, now=now, reason=reason if again else "",
    )  # fmt: skip
    for cer in own:
        set_aside(cer, author=actor, now=now, reason="Nouveau tirage.")
        cer.delete()
    samples = shared_out(len(row.drawn), wanted) if panel.apart else [Sample.BOTH] * len(row.drawn)
    Cer.objects.bulk_create(
        Cer(panel=panel, referent=referent, number=number, drawn_as=reference, sample=sample, created_at=now)
        for number, (reference, sample) in enumerate(zip(row.drawn, samples, strict=True), 1)
    )
    return row


def _record(
    panel: Panel, referent: Referent, kind: DrawKind, references: Sequence[str], *, count: int, day: DaySecret,
    actor: User, now: datetime, reason: str = "", replaced: str = "", self_count: int = 0,
) -> PanelDraw:  # fmt: skip
    """Use the day's next secret on this list. The day is locked by the caller: no secret serves twice."""
    if long := next((reference for reference in references if len(reference) > REFERENCE_LENGTH), ""):
        raise EvaluationRefused(f"{referent.code}\u00a0: « {long[:20]}… » dépasse {REFERENCE_LENGTH} caractères.")
    day.drawn += 1
    try:
        secret = draw.secret_of(day.root, day.drawn)
        told = draw.draw(
            referent.code, references, count, published=day.commitment, rank=day.drawn, secret=secret
        )  # fmt: skip
    except draw.BadListError as error:
        raise EvaluationRefused(f"{referent.code}\u00a0: {error}") from error
    except draw.ChainExhaustedError as error:
        raise EvaluationRefused("Tous les tirages possibles de ce jour ont servi\u00a0: revenez demain.") from error
    day.save(update_fields=["drawn"])
    return PanelDraw.objects.create(
        panel=panel, referent=referent, kind=kind, number=_number(now), references=list(told.references),
        list_hash=draw.list_hash(referent.code, told.references), day=day, rank=told.rank, secret=told.secret,
        seed=told.seed, count=count, drawn=list(told.drawn), self_count=self_count, replaced=replaced, reason=reason,
        author=actor, at=now,
    )  # fmt: skip


def _check_own(panel: Panel, referent: Referent) -> None:
    if referent.structure_id != panel.structure_id:
        raise EvaluationRefused("Ce référent n’appartient pas à votre structure.")


def _number(now: datetime) -> str:
    year = clock.civil_date(now).year
    return f"T62-{year}-{RegisterNumber.take(f'tirage-{year}'):05d}"
