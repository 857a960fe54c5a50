"""`manage.py check_files`: the way in of the portal, on local files, nothing stored."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from documents.anonymity import OwnDetails
from documents.enums import FileKind, Outcome
from documents.pipeline import ScannerDown, Verdict, examine


class Command(BaseCommand):
    help = "Contrôle des fichiers locaux comme le ferait le portail, sans rien conserver."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--kind", choices=FileKind.values, required=True, help="nature des fichiers")
        parser.add_argument("--json", action="store_true", help="une ligne JSON par fichier")
        parser.add_argument("files", nargs="+", type=Path, metavar="FICHIER")

    def handle(self, *args: Any, kind: str, json: bool, files: list[Path], **options: Any) -> None:
        for path in files:
            verdict = self._examined(path, FileKind(kind))
            self.stdout.write(as_json(path, verdict) if json else as_lines(path, verdict))

    def _examined(self, path: Path, kind: FileKind) -> Verdict:
        try:
            content = path.read_bytes()
        except OSError as error:
            return Verdict(Outcome.REFUSED, f"Fichier illisible sur ce poste\u00a0: {error.strerror}.")
        if not content:
            return Verdict(Outcome.REFUSED, "Ce fichier est vide.")
        if len(content) > settings.FILE_UPLOAD_MAX_SIZE:
            most = settings.FILE_UPLOAD_MAX_SIZE // 2**20
            return Verdict(Outcome.REFUSED, f"Ce fichier dépasse {most}\u00a0Mo.")
        try:
            return examine(
                content,
                name=path.name,
                kind=kind,
                own=OwnDetails(),
                today=timezone.localdate(),
                scanner=settings.CLAMD_URL,
            )
        except ScannerDown:
            return Verdict(Outcome.REFUSED, "L’antivirus ne répond pas\u00a0: sans lui, aucun fichier n’est admis.")


def as_json(path: Path, verdict: Verdict) -> str:
    findings = [
        {key: finding[key] for key in ("kind", "page", "where", "excerpt", "confidence")}
        for finding in verdict.findings
    ]
    told = {"file": str(path), "outcome": verdict.outcome.value, "reason": verdict.reason, "findings": findings}
    return json.dumps(told, ensure_ascii=False)


def as_lines(path: Path, verdict: Verdict) -> str:
    head = f"{path}\u00a0: {verdict.outcome.label}" + (f". {verdict.reason}" if verdict.reason else "")
    found = [
        f"  {finding['kind']}, {finding['where']}"
        + (f", page {finding['page']}" if finding["page"] else "")
        + f"\u00a0: {finding['excerpt']} ({finding['confidence']}\u202f%)"
        for finding in verdict.findings
    ]
    return "\n".join([head, *found])
