from django.db import migrations

from core.append_only import Guard, Unguard


class Migration(migrations.Migration):
    """A column of a guarded table leaves: PostgreSQL would take its guard away with it."""

    dependencies = [("evaluation", "0013_past_scorings")]

    operations = [
        Unguard("evaluation.FileWithdrawal"),
        migrations.RemoveField(model_name="filewithdrawal", name="scorings"),
        Guard("evaluation.FileWithdrawal"),
    ]
