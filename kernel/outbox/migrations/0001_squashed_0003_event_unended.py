import django.db.models.deletion
import kernel.postgres.creating
import kernel.trace
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('kernel_outbox', '0001_initial'), ('kernel_outbox', '0002_event_request_id'), ('kernel_outbox', '0003_event_unended')]

    initial = True

    dependencies = [
    ]

    operations = [
        kernel.postgres.creating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='Event',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=60, verbose_name='name')),
                        ('key', models.CharField(max_length=80, verbose_name='key')),
                        ('facts', models.JSONField(verbose_name='facts')),
                        ('recorded_at', models.DateTimeField(verbose_name='recorded at')),
                        ('request_id', models.CharField(db_default='', default=kernel.trace.current, max_length=64, verbose_name='request id')),
                        ('number', models.BigIntegerField(null=True, unique=True, verbose_name='number')),
                        ('lease_until', models.DateTimeField(null=True, verbose_name='taken until')),
                        ('done_at', models.DateTimeField(null=True, verbose_name='done at')),
                        ('parked_at', models.DateTimeField(null=True, verbose_name='parked at')),
                        ('unended', models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name='starts without an ending')),
                    ],
                    options={
                        'verbose_name': 'event',
                        'verbose_name_plural': 'events',
                        'indexes': [models.Index(condition=models.Q(('number__isnull', True)), fields=['id'], name='kernel_outbox_unpublished'), models.Index(condition=models.Q(('done_at__isnull', True), ('parked_at__isnull', True)), fields=['number'], name='kernel_outbox_undone'), models.Index(condition=models.Q(('parked_at__isnull', False)), fields=['parked_at'], name='kernel_outbox_parked')],
                    },
                ),
                migrations.CreateModel(
                    name='Receipt',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('event', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='receipts', to='kernel_outbox.event', verbose_name='event')),
                        ('handler', models.CharField(max_length=80, verbose_name='handler')),
                        ('at', models.DateTimeField(verbose_name='at')),
                    ],
                    options={
                        'verbose_name': 'receipt',
                        'verbose_name_plural': 'receipts',
                        'constraints': [models.UniqueConstraint(fields=('event', 'handler'), name='kernel_outbox_receipt_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Failure',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('event', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='failures', to='kernel_outbox.event', verbose_name='event')),
                        ('handler', models.CharField(max_length=80, verbose_name='handler')),
                        ('tries', models.PositiveSmallIntegerField(default=1, verbose_name='tries')),
                        ('error', models.CharField(max_length=200, verbose_name='error')),
                        ('at', models.DateTimeField(verbose_name='last try')),
                    ],
                    options={
                        'verbose_name': 'failure',
                        'verbose_name_plural': 'failures',
                        'constraints': [models.UniqueConstraint(fields=('event', 'handler'), name='kernel_outbox_failure_handler')],
                    },
                ),
            ],
        ),
    ]
