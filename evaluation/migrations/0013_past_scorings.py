from typing import Any

from django.db import migrations


def keep_past_scorings(apps: Any, editor: Any) -> None:
    """The journal begins with the grids as they stand, and with those that a withdrawal had set aside."""
    models = {name: apps.get_model("evaluation", name) for name in ("Scoring", "ScoringEntry", "FileWithdrawal")}
    entry = models["ScoringEntry"]
    for row in models["Scoring"].objects.select_related("cer__referent").iterator():
        kept = _of(row.cer) | {
            "round": row.round, "version": row.version, "ticks": row.ticks, "comment": row.comment,
            "author_id": row.author_id,
        }  # fmt: skip
        entry.objects.create(act="saved", at=row.updated_at, **kept)
        if row.validated_at:
            entry.objects.create(act="validated", at=row.validated_at, **kept)
    for row in models["FileWithdrawal"].objects.exclude(scorings=[]).select_related("cer__referent").iterator():
        for scoring in row.scorings:
            entry.objects.create(
                **_of(row.cer), act="set_aside", version=0, round=scoring["round"], ticks=scoring["ticks"],
                comment=scoring["comment"], author_id=scoring["author"], at=row.at, reason="Fichier retiré.",
            )  # fmt: skip


def _of(cer: Any) -> dict[str, Any]:
    return {"panel_id": cer.panel_id, "cer_id": cer.pk, "reference": f"{cer.referent.code}-CER{cer.number}"}


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0012_rounds")]

    operations = [migrations.RunPython(keep_past_scorings, migrations.RunPython.noop, elidable=True)]
