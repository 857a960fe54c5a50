from django.db import migrations


def tell_kind(apps, schema_editor):
    held = apps.get_model("evaluation", "Cer").objects.values("file_id")
    apps.get_model("documents", "StoredFile").objects.filter(pk__in=held).update(kind="cer")


class Migration(migrations.Migration):

    dependencies = [("evaluation", "0003_journals"), ("documents", "0003_journal")]

    operations = [migrations.RunPython(tell_kind, migrations.RunPython.noop, elidable=True)]
