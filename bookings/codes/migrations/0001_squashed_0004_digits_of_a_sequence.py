import django.db.models.lookups
import kernel.postgres.creating
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('bookings_codes', '0001_initial'), ('bookings_codes', '0002_phones'), ('bookings_codes', '0003_digits'), ('bookings_codes', '0004_digits_of_a_sequence')]

    initial = True

    dependencies = [
    ]

    operations = [
        kernel.postgres.creating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='IssuerKey',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kid', models.CharField(max_length=8, unique=True, verbose_name='key id')),
                        ('public', models.CharField(help_text='32 bytes as hex.', max_length=64, verbose_name='public key')),
                        ('private_sealed', models.TextField(verbose_name='private key, sealed')),
                        ('created_at', models.DateTimeField(verbose_name='created at')),
                        ('retired_at', models.DateTimeField(blank=True, null=True, verbose_name='retired at')),
                        ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='revoked at')),
                    ],
                    options={
                        'verbose_name': 'issuer key',
                        'verbose_name_plural': 'issuer keys',
                        'constraints': [models.UniqueConstraint(django.db.models.lookups.IsNull(models.F('retired_at'), True), condition=models.Q(('retired_at__isnull', True)), name='bookings_codes_issuerkey_one_current'), models.CheckConstraint(condition=models.Q(('revoked_at__isnull', True), ('retired_at__isnull', False), _connector='OR'), name='bookings_codes_issuerkey_revoked_is_retired')],
                    },
                ),
                migrations.CreateModel(
                    name='Series',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('serial', models.UUIDField(unique=True, verbose_name='serial')),
                        ('sequence', models.PositiveIntegerField(default=0, verbose_name='least good sequence')),
                        ('last_day', models.DateField(verbose_name='good until (UTC day)')),
                        ('changed_at', models.DateTimeField(verbose_name='changed at')),
                    ],
                    options={
                        'verbose_name': 'series of codes',
                        'verbose_name_plural': 'series of codes',
                        'indexes': [models.Index(condition=models.Q(('sequence__gt', 0)), fields=['last_day'], name='bookings_codes_replaced')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('sequence__lte', 65535)), name='bookings_codes_series_fits')],
                    },
                ),
                migrations.CreateModel(
                    name='PhoneKey',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('serial', models.UUIDField(verbose_name='serial')),
                        ('public', models.CharField(help_text='33 bytes as hex.', max_length=66, verbose_name='public key')),
                        ('sequence', models.PositiveIntegerField(verbose_name='sequence')),
                        ('bound_at', models.DateTimeField(verbose_name='bound at')),
                        ('replaced_at', models.DateTimeField(blank=True, null=True, verbose_name='replaced at')),
                    ],
                    options={
                        'verbose_name': 'phone',
                        'verbose_name_plural': 'phones',
                        'constraints': [models.UniqueConstraint(condition=models.Q(('replaced_at__isnull', True)), fields=('serial',), name='bookings_codes_phonekey_one_current'), models.UniqueConstraint(fields=('serial', 'sequence'), name='bookings_codes_phonekey_sequence')],
                    },
                ),
                migrations.CreateModel(
                    name='DeskNumber',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('serial', models.UUIDField(unique=True, verbose_name='serial')),
                        ('sequence', models.PositiveIntegerField(db_default=0, default=0, verbose_name='sequence')),
                        ('digest', models.CharField(max_length=32, unique=True, verbose_name='hash of the number')),
                        ('good_until', models.DateTimeField(db_index=True, verbose_name='good until')),
                    ],
                    options={
                        'verbose_name': 'number for the desk',
                        'verbose_name_plural': 'numbers for the desk',
                    },
                ),
            ],
        ),
    ]
