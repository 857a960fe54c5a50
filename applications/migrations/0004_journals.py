from django.db import migrations

from core.append_only import Guard


class Migration(migrations.Migration):

    dependencies = [("applications", "0003_desk_indexes")]

    operations = [
        Guard("applications.ApplicationLog"),
    ]
