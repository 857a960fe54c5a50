from django.db import migrations


def keep_known_rulings(apps, editor):
    """The ruling that each attestation shows is the first of its journal."""
    certificates = apps.get_model("training", "AttendanceCertificate").objects.exclude(ruled_by=None)
    rulings = apps.get_model("training", "CertificateRuling")
    rulings.objects.bulk_create(
        rulings(certificate=row, state=row.state, reason=row.reason, author_id=row.ruled_by_id, at=row.ruled_at)
        for row in certificates.iterator()
    )


class Migration(migrations.Migration):

    dependencies = [("training", "0003_journals")]

    operations = [migrations.RunPython(keep_known_rulings, migrations.RunPython.noop)]
