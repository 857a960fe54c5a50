"""What the page of components shows: every part in every state, with fictional people and fixed dates."""

from datetime import date, datetime
from fractions import Fraction
from typing import Any

from django import forms
from django.utils import timezone

from core.components import CalcStep, FilingStep, LifeStep, Progress, Tab
from core.forms import DayField, MultipleFilesField, PortalForm, SiretField
from core.french import NBSP, NNBSP

TODAY = date(2026, 3, 16)
# object, then (tone, icon, words) of each state: the only words a state may have.
STATES: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...] = (
    (
        "Dossier",
        (
            ("", "edit", "Brouillon"),
            ("work", "send", "Déposé"),
            ("warn", "edit", "À corriger"),
            ("work", "scale", "En instruction"),
            ("warn", "people", "Temps de travail"),
            ("work", "sign", "En attente de signature"),
            ("ok", "check", "Accepté"),
            ("pause", "pause", "Moratoire"),
            ("bad", "x", "Refusé"),
            ("", "x", "Classé sans suite"),
            ("", "left", "Retiré par la structure"),
        ),
    ),
    (
        "Label",
        (
            ("ok", "seal", "Label valide"),
            ("work", "cal", "Renouvellement ouvert"),
            ("pause", "clock", "Prorogé"),
            ("warn", "alert", "Retrait envisagé"),
            ("", "clock", "Label expiré"),
            ("", "x", "Label retiré"),
            ("", "minus", "Caduc"),
        ),
    ),
    (
        "Recours",
        (
            ("work", "mail", "Recours gracieux reçu"),
            ("warn", "clock", "Hors délai"),
            ("ok", "check", "Recours accueilli"),
            ("bad", "x", "Recours rejeté"),
            ("", "scale", "Contentieux en cours"),
        ),
    ),
    (
        "Attestation",
        (
            ("", "ring", "À ajouter"),
            ("work", "eye", "À vérifier"),
            ("work", "equal", "Équivalence demandée"),
            ("ok", "check", "Acceptée"),
            ("warn", "half", "Incomplète"),
            ("pause", "clock", "Sous engagement"),
            ("bad", "x", "Refusée"),
        ),
    ),
    (
        "Fichier CER",
        (
            ("work", "up", f"Envoi, 64{NNBSP}%"),
            ("work", "clock", "Contrôle en cours"),
            ("ok", "check", "Prêt"),
            ("warn", "mask", "À masquer"),
            ("bad", "x", "Fichier refusé"),
        ),
    ),
    (
        "Critère",
        (
            ("ok", "check", "Atteint"),
            ("pause", "clock", "Atteint sous engagement"),
            ("bad", "x", "Non atteint"),
            ("", "ring", "Non évaluable"),
        ),
    ),
)
SWATCHES = (
    ("paper", "Craie", "page"),
    ("sheet", "Blanc", "feuille"),
    ("sand", "Sable", "creux"),
    ("line", "Filet", "séparation"),
    ("edge", "Bord", "champs"),
    ("ink", "Encre", "texte"),
    ("ink-2", "Encre douce", "second texte"),
    ("opale", "Opale", "action, lien"),
    ("gold", "Or", "focus, repère"),
    ("ok", "Acquis", "atteint"),
    ("warn", "Ocre", "à corriger"),
    ("bad", "Brique", "refus, retard"),
    ("pause", "Ardoise", "moratoire, engagement"),
)
ICONS = [
    "check", "x", "clock", "pause", "alert", "info", "edit", "file",
    "up", "down", "right", "left", "asc", "search", "send", "mail",
    "lock", "eye", "mask", "people", "seal", "sign", "half", "ring",
    "equal", "scale", "plus", "minus", "cal", "phone", "star", "trash",
]  # fmt: skip


class ShowcaseForm(PortalForm):
    siret = SiretField(label=f"Quel est le numéro SIRET de la structure{NNBSP}?")
    arrived_on = DayField(label="Date d’arrivée du référent")
    legal_form = forms.ChoiceField(
        label="Forme juridique", choices=[("association", "Association"), ("ccas", "CCAS"), ("epci", "EPCI")]
    )
    funded = forms.ChoiceField(
        label=f"Ce référent est-il financé par le Département{NNBSP}?",
        choices=[("yes", "Oui"), ("no", "Non, il sera listé sans être compté")],
        widget=forms.RadioSelect,
    )
    certified = forms.BooleanField(label="Je certifie que les CER déposés sont anonymisés.")
    reason = forms.CharField(label="Motif", required=False, widget=forms.Textarea({"rows": 2}))
    attestations = MultipleFilesField(label="Attestations", required=False)


def faulty_form() -> ShowcaseForm:
    form = ShowcaseForm(
        {
            "siret": "512 900 770 0001",
            "arrived_on": "15/09/2025",
            "legal_form": "association",
            "funded": "yes",
            "certified": "on",
        }
    )
    form.full_clean()
    form.add_error(
        "attestations",
        f"«{NBSP}planning.exe{NBSP}»{NBSP}: ce n’est pas un PDF. Les 4 autres fichiers sont bien reçus.",
    )
    return form


def dates_and_scores() -> dict[str, Any]:
    return {
        "day": date(2026, 3, 23),
        "late_day": date(2026, 3, 1),
        "far_day": date(2026, 9, 16),
        "reference_day": TODAY,
        "saved_at": timezone.make_aware(datetime(2026, 3, 16, 20, 42)),  # noqa: DTZ001
        "threshold": Fraction(4, 5),
        "mean": Fraction(8194, 10_000),
        "low_mean": Fraction(2185, 2800),
    }


def parts() -> dict[str, Any]:
    return {
        "calculation": [
            CalcStep(date(2026, 2, 20), "La demande vous est adressée."),
            CalcStep(f"+ 30{NBSP}jours", "Dimanche 22 mars."),
            CalcStep(date(2026, 3, 23), "Report au lundi."),
        ],
        "life_steps": [
            LifeStep("Dossier déposé", "10 février 2026", Progress.DONE),
            LifeStep("Pièces demandées", "Réponse avant le 23 mars", Progress.NOW),
            LifeStep("Instruction", "Six mois au plus"),
            LifeStep("Décision", "Label ou moratoire"),
        ],
        "filing_steps": [
            FilingStep("Structure et référents", "Complet", "#parcours", Progress.DONE),
            FilingStep("Attestations", "3 à compléter", "#parcours", Progress.PARTIAL),
            FilingStep("CER", "20 prêts sur 28", "#parcours", current=True),
            FilingStep("Auto-évaluation", "Non commencée", "#parcours"),
            FilingStep("Récapitulatif et dépôt", "Après les CER"),
        ],
        "tabs": [
            Tab("À traiter", "#listes", 14, current=True),
            Tab("Suivis par moi", "#listes", 9),
            Tab("En retard", "#listes", 2, late=True),
        ],
        "facts": [
            ("SIRET", f"512{NBSP}900{NBSP}770{NBSP}00011"),
            ("Territoire", "Boulonnais"),
            ("Label", "R62-2026-0058, jusqu’au 14 janvier 2031"),
            ("Numéro RNA", ""),
        ],
    }


def showcase() -> dict[str, Any]:
    static = {"states": STATES, "swatches": SWATCHES, "icons": ICONS}
    return {"form": faulty_form(), **static, **dates_and_scores(), **parts()}
