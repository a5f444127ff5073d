import django.db.models.deletion
import kernel.postgres.creating
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('bookings_holders', '0001_initial'), ('bookings_holders', '0002_corrections')]

    initial = True

    dependencies = [
        ('bookings_vouchers', '0008_when_they_passed'),
    ]

    operations = [
        kernel.postgres.creating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='Transfer',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('carrier', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='transfers', to='bookings_vouchers.pass', verbose_name='pass')),
                        ('region_id', models.BigIntegerField(verbose_name='region')),
                        ('number', models.PositiveSmallIntegerField(verbose_name='number')),
                        ('from_traveller_id', models.BigIntegerField(verbose_name='from')),
                        ('to_traveller_id', models.BigIntegerField(verbose_name='to')),
                        ('actor', models.CharField(max_length=64, verbose_name='by')),
                        ('at', models.DateTimeField(verbose_name='at')),
                    ],
                    options={
                        'verbose_name': 'handing over',
                        'verbose_name_plural': 'handings over',
                        'constraints': [models.UniqueConstraint(fields=('carrier', 'number'), name='bookings_holders_transfer_number'), models.CheckConstraint(condition=models.Q(('number__gte', 1), models.Q(('from_traveller_id', models.F('to_traveller_id')), _negated=True)), name='bookings_holders_transfer_to_another')],
                    },
                ),
                migrations.CreateModel(
                    name='Correction',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('carrier', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='bookings_vouchers.pass', verbose_name='pass')),
                        ('region_id', models.BigIntegerField(verbose_name='region')),
                        ('number', models.PositiveSmallIntegerField(verbose_name='number')),
                        ('what', models.CharField(choices=[('NAME', 'name'), ('NUMBER', 'document'), ('NAMED', 'named')], max_length=6, verbose_name='what')),
                        ('actor', models.CharField(max_length=64, verbose_name='by')),
                        ('at', models.DateTimeField(verbose_name='at')),
                    ],
                    options={
                        'verbose_name': 'correction of a holder',
                        'verbose_name_plural': 'corrections of holders',
                        'constraints': [models.UniqueConstraint(fields=('carrier', 'number'), name='bookings_holders_correction_number'), models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='bookings_holders_correction_from_one')],
                    },
                ),
            ],
        ),
    ]
