"""Reads on files: what is missing, what was reached, what waits for whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from accounts.models import Referent
from applications.enums import UNDER_REVIEW, ApplicationState
from applications.models import Application
from applications.selectors.pieces import Missing, files_not_ready
from core import clock
from documents.enums import FileState
from evaluation import selectors as evaluation_selectors
from evaluation.enums import Round
from evaluation.models import Cer, Scoring, ShortPanel
from rulebook.book import get_rulebook
from rulebook.clauses import Rulebook
from training import selectors as training_selectors
from training.coverage import Coverage, Verdict
from training.enums import CertificateState
from training.models import AttendanceCertificate, TrainingCommitment
from training.selectors.catalogue import extended

TRAINING_MET = frozenset({Verdict.MET, Verdict.MET_UNDER_COMMITMENT})


@dataclass(frozen=True, slots=True)
class Results:
    """Both criteria as they stand: two gates (CdC 5, R10; A2)."""

    coverage: Coverage
    scores: evaluation_selectors.PanelScores
    training_met: bool
    cer_met: bool

    @property
    def all_met(self) -> bool:
        return self.training_met and self.cer_met


def rulebook_of(application: Application) -> Rulebook:
    """The rulebook that the application was filed under."""
    return get_rulebook(application.rulebook_version)


def catalogue_of(application: Application, *, today: date) -> Rulebook:
    """That rulebook with the modules of the Département, as they were on filing: what the DPID adds, words anew or
    withdraws afterwards changes nothing for a file already filed."""
    rulebook = extended(rulebook_of(application), today=today, at=application.submitted_at)
    return training_selectors.local_rulebook(application.structure, rulebook)


def filing_day(application: Application) -> date | None:
    return clock.civil_date(application.submitted_at) if application.submitted_at else None


def filed_codes(application: Application) -> list[str] | None:
    """The codes of the référents that counted on the day of filing; None before."""
    training = (application.submitted_snapshot or {}).get("training")
    return [referent["code"] for referent in training["referents"]] if training else None


def counted_referents(application: Application, *, today: date) -> list[Referent]:
    """The référents that count: present, and funded by the Département unless the rulebook says all (A5).

    Settled by filing: a departure recorded afterwards takes nobody out.
    """
    if (codes := filed_codes(application)) is not None:
        return list(application.structure.referents.filter(code__in=codes).order_by("code"))
    return training_selectors.counted_referents(
        application.structure, rulebook=rulebook_of(application), day=filing_day(application) or today
    )


def coverage(
    application: Application, *, today: date, to_show: bool = False, rulebook: Rulebook | None = None
) -> Coverage:
    """The first criterion; which référents count is settled on the day of filing (A5). `rulebook`: that of
    `catalogue_of`, when it is known already.

    `to_show`: on the page of a file that is over, without what the structure has brought since (see `pieces_end`).
    """
    return training_selectors.coverage_of(
        application.structure,
        rulebook=rulebook or catalogue_of(application, today=today),
        today=today,
        active_on=filing_day(application),
        codes=filed_codes(application),
        held_at=pieces_end(application) if to_show else None,
    )


def effective_scores(application: Application) -> evaluation_selectors.PanelScores:
    """What decides: the DPID's scores, revised where the working session revised them (A14, R36)."""
    return evaluation_selectors.effective_scores(application.panel)


def cer_criterion_is_met(application: Application) -> bool:
    return effective_scores(application).reached


def results(application: Application, *, today: date, to_show: bool = False) -> Results:
    covered, scores = coverage(application, today=today, to_show=to_show), effective_scores(application)
    return Results(covered, scores, training_met=covered.verdict in TRAINING_MET, cer_met=scores.reached)


def certificates_to_rule(application: Application) -> QuerySet[AttendanceCertificate]:
    """The attestations that DPID has still to accept or refuse."""
    return filed_certificates(application).filter(state__in=[CertificateState.TO_CHECK, CertificateState.EQUIVALENCE])


def filed_certificates(application: Application) -> QuerySet[AttendanceCertificate]:
    """The attestations that the file brought (see `pieces_end`), and those that the Département issued meanwhile: they
    counted for the decision."""
    rows = AttendanceCertificate.objects.filter(structure=application.structure_id)
    if end := pieces_end(application):
        issued = Q(issued__isnull=False, created_at__lte=application.decided_at or end)
        rows = rows.filter(Q(created_at__lte=end) | issued)
    return rows.exclude(state=CertificateState.TO_SORT)


def filed_commitments(application: Application) -> QuerySet[TrainingCommitment]:
    """The commitments that the file brought (see `pieces_end`)."""
    rows = TrainingCommitment.objects.filter(structure=application.structure_id)
    return _until(rows, pieces_end(application))


def pieces_end(application: Application) -> datetime | None:
    """The instant after which the structure's records are no longer those of this file; None while they are.

    The structure adds nothing to them while the file is judged. Once it is decided or withdrawn, the structure goes on:
    what it adds it prepares, and that is nobody else's.
    """
    return None if application.state in {ApplicationState.DRAFT, *UNDER_REVIEW} else application.submitted_at


def _until(rows: QuerySet[Any], end: datetime | None) -> QuerySet[Any]:
    return rows.filter(created_at__lte=end) if end else rows


def cers_to_score(application: Application) -> QuerySet[Cer]:
    """The CERs of the panel that DPID has not validated yet."""
    done = Scoring.objects.filter(cer=OuterRef("pk"), round=Round.CONTROL, validated_at__isnull=False)
    return Cer.objects.in_round(Round.CONTROL).filter(~Exists(done), panel=application.panel_id)


def paper_address(code: str, obligation: str, attestation: bool) -> str:
    """Where a structure sends the attestation, or the paper of a commitment, that one cell of its table wants."""
    page = reverse("filing_obligation", args=[code, obligation])
    return f"{page}#{'ajouter' if attestation else 'engagement'}"


def missing_pieces(application: Application, *, today: date) -> list[Missing]:
    """What CdC 6 asks for and the draft lacks; unmet training is declared, not missing (A30)."""
    return [
        *_missing_in_form(application, today=today),
        *_missing_certificates(application),
        *files_not_ready(application),
        *_missing_cers(application, today=today),
        *_missing_declarations(application),
    ]


def _missing_in_form(application: Application, *, today: date) -> list[Missing]:
    found = []
    if not application.mission:
        found.append(Missing("structure", "Décrivez la mission d’accompagnement du public RSA."))
    if not (application.contact_name and application.contact_email):
        found.append(Missing("structure", "Indiquez la personne à contacter et son courriel."))
    if not counted_referents(application, today=today):
        found.append(Missing("structure", "Ajoutez au moins un référent financé par le Département."))
    return found


def _missing_certificates(application: Application) -> list[Missing]:
    to_sort = AttendanceCertificate.objects.filter(
        structure=application.structure_id, state=CertificateState.TO_SORT, file__state=FileState.READY
    ).select_related("file")
    return [Missing("attestations", f"Rangez le fichier « {certificate.file} ».") for certificate in to_sort]


def _missing_cers(application: Application, *, today: date) -> list[Missing]:
    wanted = rulebook_of(application).integer("cer.min_per_referent")
    cers = list(application.panel.cers.select_related("referent", "file"))
    excused = set(ShortPanel.objects.filter(panel=application.panel_id).values_list("referent_id", flat=True))
    scored = set(
        Scoring.objects.filter(
            cer__panel=application.panel_id, round=Round.SELF, validated_at__isnull=False
        ).values_list("cer_id", flat=True)
    )
    found = []
    counted = counted_referents(application, today=today)
    drawn = set(application.panel.draws.values_list("referent_id", flat=True))
    for referent in counted:
        own = [cer for cer in cers if cer.referent_id == referent.pk and cer.file]
        if referent.pk not in drawn | excused:
            found.append(
                Missing(
                    "cer", f"{referent.code} ({referent}) : listez tous ses contrats et tirez au sort.",
                    reverse("filing_lists"),
                )
            )  # fmt: skip
        elif (held := fewest(own)) < wanted and referent.pk not in excused:
            found.append(Missing("cer", f"{referent.code} ({referent}) : {held} CER sur {wanted}, ou un motif écrit."))
    for cer in cers:
        if cer.referent not in counted:
            found.append(
                Missing("cer", f"{cer.reference} : ce référent n’est pas à compter à ce jour, retirez ce CER.")
            )
        elif cer.file is None:
            found.append(Missing("cer", f"{cer.reference} : ajoutez le fichier.", reverse("filing_cer", args=[cer.pk])))
        elif not cer.file.is_ready:
            continue
        elif not cer.contract_type:
            found.append(Missing("cer", f"{cer.reference} : indiquez solidarité ou socioprofessionnel."))
        elif cer.is_in(Round.SELF) and cer.pk not in scored:
            found.append(Missing("auto-evaluation", f"{cer.reference} : terminez l’auto-évaluation."))
    return found


def fewest(cers: Sequence[Cer]) -> int:
    """How many of these CERs the self-evaluation has, or the control when it has fewer."""
    return min(sum(cer.is_in(round) for cer in cers) for round in (Round.SELF, Round.CONTROL))


def _missing_declarations(application: Application) -> list[Missing]:
    found = []
    if not application.anonymised_declared:
        found.append(Missing("recapitulatif", "Certifiez que les CER déposés sont anonymisés."))
    if not application.accuracy_declared:
        found.append(Missing("recapitulatif", "Certifiez l’exactitude des renseignements."))
    return found


def current_application(structure_id: int) -> Application | None:
    """The structure's latest application, whatever its state; None before the first."""
    return (
        Application.objects.filter(structure=structure_id)
        .exclude(state=ApplicationState.WITHDRAWN)
        .select_related("structure", "lead_territory", "panel", "previous", "receipt")
        .first()
    )


def draft_of(structure_id: int) -> Application | None:
    return (
        Application.objects.filter(structure=structure_id, state=ApplicationState.DRAFT)
        .select_related("structure", "lead_territory", "panel", "previous")
        .first()
    )


def snapshot(application: Application, *, today: date) -> dict[str, Any]:
    """What was filed or judged, frozen as JSON: identity, référents, training, CER ticks and scores."""
    return {
        "rulebook": application.rulebook_version,
        "day": today.isoformat(),
        "structure": {
            "name": application.structure.name,
            "siret": application.structure.siret,
            "legal_form": application.structure.legal_form,
        },
        "form": {
            "mission": application.mission,
            "contact_name": application.contact_name,
            "contact_email": application.contact_email,
            "contact_phone": application.contact_phone,
        },
        "training": training_selectors.coverage_snapshot(
            application.structure,
            rulebook=catalogue_of(application, today=today),
            today=today,
            active_on=filing_day(application),
            codes=filed_codes(application),
        ),
        "cer": evaluation_selectors.panel_snapshot(application.panel),
    }
