from django.db import migrations

from core.append_only import Guard


class Migration(migrations.Migration):

    dependencies = [("evaluation", "0002_stages")]

    operations = [
        Guard("evaluation.CafReveal", free=["cer_id"]),
    ]
