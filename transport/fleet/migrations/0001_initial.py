import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import kernel.postgres.creating
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts_identity', '__first__'),
        ('accounts_organisations', '0002_agencies'),
    ]

    operations = [
        kernel.postgres.creating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='Vehicle',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='vehicles', to='accounts_organisations.organisation', verbose_name='operator')),
                        ('plate', models.CharField(max_length=12, validators=[django.core.validators.RegexValidator('\\A[^\\W_]{2,12}\\Z', 'must be a number plate: two to twelve letters and digits')], verbose_name='number plate')),
                        ('sign', models.CharField(blank=True, max_length=20, verbose_name='number painted on it')),
                        ('telephone', models.CharField(blank=True, help_text='Shown to riders on its way, for an emergency.', max_length=20, validators=[django.core.validators.RegexValidator('\\A(\\+?[0-9][0-9-]{2,18}[0-9])?\\Z', 'must be a telephone number: digits, with hyphens if need be')], verbose_name='telephone of its dispatcher')),
                        ('seats', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(200)], verbose_name='seats')),
                        ('lap_places', models.PositiveSmallIntegerField(default=0, help_text='At most one on ten seats (road-passenger rule No. 17/2020).', verbose_name='children on a lap')),
                        ('luggage_places', models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(200)], verbose_name='places for large luggage')),
                        ('is_retired', models.BooleanField(default=False, verbose_name='out of service')),
                    ],
                    options={
                        'verbose_name': 'vehicle',
                        'verbose_name_plural': 'vehicles',
                        'constraints': [models.UniqueConstraint(fields=('organisation', 'plate'), name='transport_fleet_vehicle_plate'), models.CheckConstraint(condition=models.Q(('seats__gte', 1), ('seats__gte', django.db.models.expressions.CombinedExpression(models.F('lap_places'), '*', models.Value(10)))), name='transport_fleet_vehicle_seats', violation_error_message='At most one child on a lap on ten seats.')],
                    },
                ),
                migrations.CreateModel(
                    name='Driver',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='drivers', to='accounts_organisations.organisation', verbose_name='operator')),
                        ('name', models.CharField(max_length=60, verbose_name='name')),
                        ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='signs in as')),
                        ('is_retired', models.BooleanField(default=False, verbose_name='drives no more')),
                    ],
                    options={
                        'verbose_name': 'driver',
                        'verbose_name_plural': 'drivers',
                        'constraints': [models.UniqueConstraint(fields=('organisation', 'user'), name='transport_fleet_driver_user')],
                    },
                ),
                migrations.CreateModel(
                    name='Paper',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='papers', to='accounts_organisations.organisation', verbose_name='operator')),
                        ('kind', models.CharField(choices=[('OPERATING_LICENCE', 'road transport operating licence'), ('LIABILITY_INSURANCE', "carrier's liability insurance"), ('VEHICLE_LICENCE', 'vehicle licence with inspection'), ('TRANSPORT_PERMIT', 'road transport permit of the vehicle'), ('COMPULSORY_INSURANCE', 'compulsory motor insurance'), ('DRIVING_LICENCE', 'driving licence'), ('QUALIFICATION', "passenger driver's qualification")], max_length=20, verbose_name='kind')),
                        ('vehicle', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='papers', to='transport_fleet.vehicle', verbose_name='vehicle')),
                        ('driver', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='papers', to='transport_fleet.driver', verbose_name='driver')),
                        ('number', models.CharField(max_length=60, verbose_name='number')),
                        ('valid_from', models.DateTimeField(verbose_name='good from')),
                        ('valid_until', models.DateTimeField(help_text='The moment it ends: a paper good through 30 June ends on 1 July at 0:00.', verbose_name='good until')),
                        ('warned_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='warned at')),
                    ],
                    options={
                        'verbose_name': 'paper',
                        'verbose_name_plural': 'papers',
                        'indexes': [models.Index(fields=['organisation', 'valid_until'], name='transport_fleet_paper_end')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('valid_from__lt', models.F('valid_until'))), name='transport_fleet_paper_window'), models.CheckConstraint(condition=models.Q(models.Q(('driver', None), ('kind__in', ('OPERATING_LICENCE', 'LIABILITY_INSURANCE')), ('vehicle', None)), models.Q(('driver', None), ('kind__in', ('VEHICLE_LICENCE', 'TRANSPORT_PERMIT', 'COMPULSORY_INSURANCE')), ('vehicle__isnull', False)), models.Q(('driver__isnull', False), ('kind__in', ('DRIVING_LICENCE', 'QUALIFICATION')), ('vehicle', None)), _connector='OR'), name='transport_fleet_paper_holder')],
                    },
                ),
            ],
        ),
    ]
