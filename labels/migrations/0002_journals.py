from django.db import migrations

from core.append_only import Guard


class Migration(migrations.Migration):

    dependencies = [("labels", "0001_initial")]

    operations = [
        Guard("labels.LabelLog"),
        Guard("labels.MoratoriumLog"),
    ]
