"""Two people on one grid, as the page tells it: what came from the other, and the words to choose from."""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from core.french import NBSP
from evaluation import selectors
from evaluation.forms import GridForm
from evaluation.models import Scoring
from evaluation.sheet import Clash


class Meanwhile:
    """What somebody else changed since the page that sent `form` was shown."""

    def __init__(self, scoring: Scoring, form: GridForm) -> None:
        merged = scoring.merged
        self.scoring, self.form = scoring, form
        self.taken, self.heard, self.unseen = merged.taken, merged.heard, merged.unseen
        moved = self.taken | self.heard | merged.clashes
        self.authors = selectors.who_changed(scoring, form.cleaned_data["version"]) if moved else {}
        self.clashes = {
            name: Clash(name, merged.content.of(name), self.authors.get(name, scoring.author))
            for name in merged.clashes
        }

    def as_json(self, request: HttpRequest, save_url: str) -> dict[str, Any]:
        sent, kept = self.form.words, self.scoring.merged.content
        return {
            "merged": {
                line: {"ticked": line in self.scoring.ticks, "words": self.said(line)} for line in sorted(self.taken)
            },
            "heard": {name: {"was": sent[name], "now": kept.of(name)} for name in sorted(self.heard & sent.keys())},
            "clashes": {
                name: render_to_string("evaluation/_clash.html", {"clash": clash, "save_url": save_url}, request)
                for name, clash in self.clashes.items()
            },
        }

    def said(self, line: str) -> str:
        """« coché par Hélène Carpentier »."""
        author = self.authors.get(line, self.scoring.author)
        return f"{'coché' if line in self.scoring.ticks else 'décoché'} par {author}"

    def in_words(self, texts: dict[str, str]) -> str:
        """For a page without script; empty when nobody else wrote. `texts`: the words of each line."""
        told = [f"«{NBSP}{words}{NBSP}» {self.said(line)}" for line, words in texts.items() if line in self.taken]
        if self.heard:
            told.append("un texte écrit par une autre personne")
        return f"Gardé aussi{NBSP}: {', '.join(told)}." if told else ""
