import django.db.models.deletion
import django.db.models.expressions
import kernel.postgres.creating
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('bookings_inventory', '0001_initial'), ('bookings_inventory', '0002_kept'), ('bookings_inventory', '0003_validate_kept'), ('bookings_inventory', '0004_quotas'), ('bookings_inventory', '0005_validate_quotas'), ('bookings_inventory', '0006_drawn')]

    initial = True

    dependencies = [
        ('kernel_places', '0001_initial'),
    ]

    operations = [
        kernel.postgres.creating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='Bucket',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('key', models.CharField(max_length=120, unique=True, verbose_name='key')),
                        ('region_id', models.BigIntegerField(verbose_name='region')),
                        ('capacity', models.IntegerField(verbose_name='capacity')),
                        ('taken', models.IntegerField(default=0, verbose_name='taken')),
                        ('kept', models.IntegerField(db_default=0, default=0, verbose_name='kept for those who wait')),
                        ('is_awaited', models.BooleanField(db_default=False, default=False, verbose_name='is waited for')),
                        ('divided', models.IntegerField(db_default=0, default=0, verbose_name='divided into quotas')),
                    ],
                    options={
                        'verbose_name': 'bucket',
                        'verbose_name_plural': 'buckets',
                        'indexes': [models.Index(condition=models.Q(('is_awaited', True)), fields=['region_id'], name='bookings_inventory_awaited')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('taken__gte', 0), ('taken__lte', models.F('capacity'))), name='bookings_inventory_bucket_taken_within_capacity'), models.CheckConstraint(condition=models.Q(('kept', 0), models.Q(('kept__gt', 0), ('kept__lte', django.db.models.expressions.CombinedExpression(models.F('capacity'), '-', models.F('taken')))), _connector='OR'), name='bookings_inventory_bucket_kept_within_capacity'), models.CheckConstraint(condition=models.Q(('kept', 0), ('is_awaited', True), _connector='OR'), name='bookings_inventory_bucket_kept_for_somebody'), models.CheckConstraint(condition=models.Q(('divided', 0), models.Q(('divided__gt', 0), ('divided__lte', models.F('capacity'))), _connector='OR'), name='bookings_inventory_bucket_quotas_within_capacity')],
                    },
                ),
                migrations.CreateModel(
                    name='Return',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('region', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='kernel_places.region', verbose_name='region')),
                        ('units', models.JSONField(verbose_name='units by bucket')),
                        ('given_at', models.DateTimeField(verbose_name='came free at')),
                        ('served_at', models.DateTimeField(blank=True, null=True, verbose_name='handed out at')),
                    ],
                    options={
                        'verbose_name': 'return',
                        'verbose_name_plural': 'returns',
                        'indexes': [models.Index(condition=models.Q(('served_at__isnull', True)), fields=['region', 'id'], name='bookings_inventory_return_open'), models.Index(fields=['given_at'], name='bookings_inventory_return_when')],
                    },
                ),
                migrations.CreateModel(
                    name='Quota',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('whole', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='quotas', to='bookings_inventory.bucket', verbose_name='the whole')),
                        ('channel', models.CharField(choices=[('own', 'this site'), ('partner', 'partners'), ('agent', 'travel agencies'), ('counter', 'the counter'), ('group', 'groups'), ('draw', 'a draw')], max_length=10, verbose_name='channel')),
                        ('bucket', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='bookings_inventory.bucket', verbose_name='bucket of the channel')),
                        ('release_at', models.DateTimeField(blank=True, null=True, verbose_name='for own sale from')),
                        ('until', models.DateTimeField(verbose_name='over at')),
                    ],
                    options={
                        'verbose_name': 'quota',
                        'verbose_name_plural': 'quotas',
                        'indexes': [models.Index(condition=models.Q(('release_at__isnull', False)), fields=['until', 'release_at'], name='bookings_inventory_quota_due')],
                        'constraints': [models.UniqueConstraint(fields=('whole', 'channel'), name='bookings_inventory_quota_channel'), models.CheckConstraint(condition=models.Q(('whole', models.F('bucket')), _negated=True), name='bookings_inventory_quota_of_another')],
                    },
                ),
            ],
        ),
    ]
