import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('documents', '0001_initial'),
        ('evaluation', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.DeleteModel(name='CafReveal'),
        migrations.CreateModel(
            name='CafReveal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(max_length=20, verbose_name='référence')),
                ('at', models.DateTimeField(verbose_name='le')),
                ('cer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='caf_reveals', to='evaluation.cer', verbose_name='CER')),
                ('panel', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='caf_reveals', to='evaluation.panel', verbose_name='panel')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='vu par')),
            ],
            options={
                'verbose_name': 'affichage d’un N° CAF',
                'verbose_name_plural': 'affichages de N° CAF',
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.RemoveField(
            model_name='panel',
            name='open_to_control',
        ),
        migrations.AddField(
            model_name='panel',
            name='stage',
            field=models.CharField(choices=[('draft', 'En préparation par la structure'), ('control', 'Ouvert au contrôle de la DPID'), ('session', 'Ouvert au temps de travail DPID–SLAI'), ('closed', 'Clos')], default='draft', help_text='Écrite par le dossier.', max_length=10, verbose_name='étape'),
        ),
        migrations.AddIndex(
            model_name='panel',
            index=models.Index(fields=['stage', 'due_on'], name='evaluation_queue'),
        ),
        migrations.AddConstraint(
            model_name='panel',
            constraint=models.CheckConstraint(condition=models.Q(('stage', 'draft'), models.Q(('due_on__isnull', False), models.Q(('label', ''), _negated=True)), _connector='OR'), name='evaluation_open_panel_has_label_and_due', violation_error_message='Un panel ouvert au contrôle porte le numéro de son dossier et une date.'),
        ),
        migrations.AlterConstraint(
            model_name='cer',
            name='evaluation_cer_number_once',
            constraint=models.UniqueConstraint(fields=('panel', 'referent', 'number'), name='evaluation_cer_number_once', violation_error_message='Cette référence de CER est déjà prise.'),
        ),
        migrations.AlterConstraint(
            model_name='cer',
            name='evaluation_cer_number_in_range',
            constraint=models.CheckConstraint(condition=models.Q(('number__gte', 1), ('number__lte', 99)), name='evaluation_cer_number_in_range', violation_error_message='Le rang d’un CER va de 1 à 99.'),
        ),
        migrations.AlterConstraint(
            model_name='scoring',
            name='evaluation_one_scoring_per_round',
            constraint=models.UniqueConstraint(fields=('cer', 'round'), name='evaluation_one_scoring_per_round', violation_error_message='Ce CER est déjà coté dans ce tour.'),
        ),
        migrations.AlterConstraint(
            model_name='shortpanel',
            name='evaluation_one_short_panel',
            constraint=models.UniqueConstraint(fields=('panel', 'referent'), name='evaluation_one_short_panel', violation_error_message='Un motif est déjà donné pour ce référent.'),
        ),
        migrations.AlterConstraint(
            model_name='shortpanel',
            name='evaluation_short_panel_has_reason',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='evaluation_short_panel_has_reason', violation_error_message='Un panel incomplet porte un motif.'),
        ),
    ]
