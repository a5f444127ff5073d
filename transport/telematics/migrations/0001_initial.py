import django.core.validators
import django.db.models.deletion
import kernel.postgres.creating
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('transport_fleet', '0001_initial'),
    ]

    operations = [
        kernel.postgres.creating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='Invitation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('code_hash', models.CharField(max_length=32, unique=True, verbose_name='hash of the code')),
                        ('made_by', models.CharField(max_length=64, verbose_name='by')),
                        ('made_at', models.DateTimeField(verbose_name='made at')),
                        ('expires_at', models.DateTimeField(verbose_name='good until')),
                        ('used_at', models.DateTimeField(blank=True, null=True, verbose_name='used at')),
                        ('vehicle', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='transport_fleet.vehicle', verbose_name='vehicle')),
                    ],
                    options={
                        'verbose_name': "invitation of a vehicle's device",
                        'verbose_name_plural': "invitations of vehicles' devices",
                        'constraints': [models.CheckConstraint(condition=models.Q(('made_at__lt', models.F('expires_at'))), name='transport_telematics_invitation_window')],
                    },
                ),
                migrations.CreateModel(
                    name='Tracker',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_key', models.CharField(help_text='A point of P-256, uncompressed, as hex.', max_length=130, verbose_name='public key')),
                        ('counter', models.BigIntegerField(default=0, verbose_name='requests')),
                        ('enrolled_at', models.DateTimeField(verbose_name='enrolled at')),
                        ('seen_at', models.DateTimeField(verbose_name='last heard of')),
                        ('skew_ms', models.BigIntegerField(default=0, verbose_name='clock ahead by (ms)')),
                        ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='shut out since')),
                        ('revoked_by', models.CharField(blank=True, max_length=64, verbose_name='shut out by')),
                        ('vehicle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trackers', to='transport_fleet.vehicle', verbose_name='vehicle')),
                        ('invitation', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='tracker', to='transport_telematics.invitation', verbose_name='invitation')),
                    ],
                    options={
                        'verbose_name': 'device in a vehicle',
                        'verbose_name_plural': 'devices in vehicles',
                        'constraints': [models.UniqueConstraint(condition=models.Q(('revoked_at__isnull', True)), fields=('vehicle',), name='transport_telematics_tracker_one'), models.CheckConstraint(condition=models.Q(('counter__gte', 0)), name='transport_telematics_tracker_counter')],
                    },
                ),
                migrations.CreateModel(
                    name='Position',
                    fields=[
                        ('at', models.DateTimeField(verbose_name='at')),
                        ('received_at', models.DateTimeField(verbose_name='arrived at')),
                        ('latitude', models.FloatField(validators=[django.core.validators.MinValueValidator(-90), django.core.validators.MaxValueValidator(90)], verbose_name='latitude')),
                        ('longitude', models.FloatField(validators=[django.core.validators.MinValueValidator(-180), django.core.validators.MaxValueValidator(180)], verbose_name='longitude')),
                        ('speed', models.FloatField(blank=True, null=True, verbose_name='speed (m/s)')),
                        ('course', models.FloatField(blank=True, null=True, verbose_name='course (degrees)')),
                        ('vehicle', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='position', serialize=False, to='transport_fleet.vehicle', verbose_name='vehicle')),
                    ],
                    options={
                        'verbose_name': 'latest position',
                        'verbose_name_plural': 'latest positions',
                        'constraints': [models.CheckConstraint(condition=models.Q(('latitude__range', (-90, 90)), ('longitude__range', (-180, 180))), name='transport_telematics_position_on_earth')],
                    },
                ),
                migrations.CreateModel(
                    name='Fix',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('at', models.DateTimeField(verbose_name='at')),
                        ('received_at', models.DateTimeField(verbose_name='arrived at')),
                        ('latitude', models.FloatField(validators=[django.core.validators.MinValueValidator(-90), django.core.validators.MaxValueValidator(90)], verbose_name='latitude')),
                        ('longitude', models.FloatField(validators=[django.core.validators.MinValueValidator(-180), django.core.validators.MaxValueValidator(180)], verbose_name='longitude')),
                        ('speed', models.FloatField(blank=True, null=True, verbose_name='speed (m/s)')),
                        ('course', models.FloatField(blank=True, null=True, verbose_name='course (degrees)')),
                        ('vehicle', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='transport_fleet.vehicle')),
                    ],
                    options={
                        'verbose_name': 'point of a track',
                        'verbose_name_plural': 'points of a track',
                        'indexes': [models.Index(fields=['at'], name='transport_telematics_fix_at')],
                        'constraints': [models.UniqueConstraint(fields=('vehicle', 'at'), name='transport_telematics_fix_once')],
                    },
                ),
            ],
        ),
    ]
