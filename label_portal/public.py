"""The public home page: what the label is, how to apply, who holds it. Words and figures are the rulebook's."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from core import clock
from evaluation.samples import is_apart
from labels.forms import RegisterSearch
from labels.selectors import valid_labels
from rulebook.book import current_rulebook
from rulebook.calendar import NUMBERS
from rulebook.clauses import Rulebook

SHOWN = 4


def public_home(request: HttpRequest) -> HttpResponse:
    rulebook, labels = current_rulebook(), valid_labels(day=clock.today())
    return render(
        request,
        "label_portal/home_public.html",
        {
            "rulebook": rulebook,
            "words": _words(rulebook),
            "apart": is_apart(rulebook),
            "obligations": len(rulebook.compulsory_modules) + rulebook.training.optional_required,
            "search": RegisterSearch(),
            "labels": labels.order_by("-valid_from", "-pk")[:SHOWN],
            "count": labels.count(),
            "apply_url": reverse("access_request"),
        },
    )


def _words(rulebook: Rulebook) -> dict[str, str]:
    """Counts of the deliberation as a sentence writes them; those that start one take a capital."""
    return {
        "label": NUMBERS[rulebook.integer("label.years")],
        "moratorium": NUMBERS[rulebook.integer("moratorium.months")],
        "instruction": NUMBERS[rulebook.integer("instruction.months")].capitalize(),
        "compulsory": NUMBERS[len(rulebook.compulsory_modules)].capitalize(),
        "cers": NUMBERS[rulebook.integer("cer.min_per_referent")].capitalize(),
    }
