from django.db import migrations, models


def one_row_each(apps, schema_editor):
    """Each number that a counter had given."""
    RegisterNumber = apps.get_model("core", "RegisterNumber")
    RegisterNumber.objects.bulk_create(
        RegisterNumber(register=counter.name, value=value)
        for counter in apps.get_model("core", "Counter").objects.all()
        for value in range(1, counter.value + 1)
    )


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="RegisterNumber",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("register", models.CharField(max_length=60, verbose_name="registre")),
                ("value", models.PositiveIntegerField(verbose_name="numéro")),
            ],
            options={
                "verbose_name": "numéro de registre",
                "verbose_name_plural": "numéros de registre",
                "constraints": [
                    models.UniqueConstraint(fields=("register", "value"), name="core_number_given_once")
                ],
            },
        ),
        migrations.RunPython(one_row_each),
        migrations.DeleteModel(name="Counter"),
    ]
