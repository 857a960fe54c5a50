from django.db import migrations
from django.db.models import F

from core.append_only import Guard


def keep_hash(apps, schema_editor):
    """What was received before the pipeline was kept as it came."""
    apps.get_model("documents", "StoredFile").objects.update(received_sha256=F("sha256"))


class Migration(migrations.Migration):

    dependencies = [("documents", "0002_pipeline")]

    operations = [
        migrations.RunPython(keep_hash, migrations.RunPython.noop, elidable=True),
        Guard("documents.FileEvent", free=["file_id"]),
    ]
