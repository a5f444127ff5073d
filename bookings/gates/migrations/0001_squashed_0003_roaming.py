import django.db.models.deletion
import kernel.postgres.creating
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('bookings_gates', '0001_initial'), ('bookings_gates', '0002_scans_in_words'), ('bookings_gates', '0003_roaming')]

    initial = True

    dependencies = [
        ('accounts_organisations', '0001_initial'),
        ('bookings_vouchers', '0005_validate_rules_of_passage'),
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
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='accounts_organisations.organisation', verbose_name='organisation')),
                        ('region_id', models.BigIntegerField(verbose_name='region')),
                        ('post_key', models.CharField(max_length=120, verbose_name='post')),
                        ('place', models.JSONField(blank=True, default=dict, verbose_name='post in words')),
                        ('roams', models.BooleanField(db_default=False, default=False, verbose_name='chooses among departures')),
                        ('alone', models.CharField(choices=[('ANY', 'every good pass of its zone'), ('BOUND', 'only passes bound to its own door')], default='ANY', max_length=8, verbose_name='while it is offline')),
                    ],
                    options={
                        'verbose_name': 'invitation of a gate device',
                        'verbose_name_plural': 'invitations of gate devices',
                        'constraints': [models.CheckConstraint(condition=models.Q(('made_at__lt', models.F('expires_at'))), name='bookings_gates_invitation_window')],
                    },
                ),
                migrations.CreateModel(
                    name='GateDevice',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('public_key', models.CharField(help_text='A point of P-256, uncompressed, as hex.', max_length=130, verbose_name='public key')),
                        ('counter', models.BigIntegerField(default=0, verbose_name='requests')),
                        ('enrolled_at', models.DateTimeField(verbose_name='enrolled at')),
                        ('seen_at', models.DateTimeField(verbose_name='last heard of')),
                        ('skew_ms', models.BigIntegerField(default=0, verbose_name='clock ahead by (ms)')),
                        ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='shut out since')),
                        ('revoked_by', models.CharField(blank=True, max_length=64, verbose_name='shut out by')),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='accounts_organisations.organisation', verbose_name='organisation')),
                        ('region_id', models.BigIntegerField(verbose_name='region')),
                        ('post_key', models.CharField(max_length=120, verbose_name='post')),
                        ('place', models.JSONField(blank=True, default=dict, verbose_name='post in words')),
                        ('roams', models.BooleanField(db_default=False, default=False, verbose_name='chooses among departures')),
                        ('alone', models.CharField(choices=[('ANY', 'every good pass of its zone'), ('BOUND', 'only passes bound to its own door')], default='ANY', max_length=8, verbose_name='while it is offline')),
                        ('invitation', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='device', to='bookings_gates.invitation', verbose_name='invitation')),
                        ('version', models.CharField(blank=True, max_length=40, verbose_name='version')),
                        ('queue', models.PositiveIntegerField(default=0, verbose_name='scans not sent yet')),
                        ('battery', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='battery (%)')),
                        ('heard_until', models.BigIntegerField(default=0, verbose_name='knows everything up to event')),
                        ('synced', models.BigIntegerField(default=0, verbose_name='scans arrived up to')),
                    ],
                    options={
                        'verbose_name': 'gate device',
                        'verbose_name_plural': 'gate devices',
                        'constraints': [models.CheckConstraint(condition=models.Q(('battery__isnull', True), ('battery__lte', 100), _connector='OR'), name='bookings_gates_device_battery'), models.CheckConstraint(condition=models.Q(('counter__gte', 0), ('heard_until__gte', 0), ('synced__gte', 0)), name='bookings_gates_device_counts')],
                    },
                ),
                migrations.CreateModel(
                    name='GateScan',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('device', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='scans', to='bookings_gates.gatedevice', verbose_name='device')),
                        ('region_id', models.BigIntegerField(verbose_name='region')),
                        ('sequence', models.BigIntegerField(verbose_name='sequence')),
                        ('at', models.DateTimeField(verbose_name='scanned at')),
                        ('received_at', models.DateTimeField(verbose_name='arrived at')),
                        ('carrier_id', models.BigIntegerField(blank=True, null=True, verbose_name='pass')),
                        ('direction', models.CharField(choices=[('IN', 'in'), ('OUT', 'out')], default='IN', max_length=3, verbose_name='direction')),
                        ('persons', models.PositiveSmallIntegerField(default=1, verbose_name='persons')),
                        ('shown', models.CharField(choices=[('CODE', 'code on a phone'), ('PAPER', 'code on paper'), ('DOCUMENT', 'document'), ('DIGITS', 'six digits'), ('LIST', 'chosen from the list')], default='CODE', max_length=10, verbose_name='shown as')),
                        ('is_offline', models.BooleanField(default=False, verbose_name='decided by the device alone')),
                        ('outcome', models.CharField(choices=[('COUNTED', 'counted'), ('REFUSED', 'refused'), ('UNCOUNTED', 'let in, not counted'), ('UNDONE', 'undone')], max_length=10, verbose_name='outcome')),
                        ('reason', models.CharField(blank=True, max_length=30, verbose_name='reason')),
                        ('answer', models.JSONField(blank=True, default=dict, verbose_name='what the device was told')),
                    ],
                    options={
                        'verbose_name': 'scan at a gate',
                        'verbose_name_plural': 'scans at gates',
                        'indexes': [models.Index(fields=['at'], name='bookings_gates_scan_at')],
                        'constraints': [models.UniqueConstraint(fields=('device', 'sequence'), name='bookings_gates_scan_once'), models.CheckConstraint(condition=models.Q(('persons__gte', 1), ('sequence__gte', 1)), name='bookings_gates_scan_from_one'), models.CheckConstraint(condition=models.Q(('outcome__in', ['COUNTED', 'REFUSED', 'UNCOUNTED', 'UNDONE'])), name='bookings_gates_scan_outcome')],
                    },
                ),
                migrations.CreateModel(
                    name='Incident',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('scan', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='incident', to='bookings_gates.gatescan', verbose_name='scan')),
                        ('earlier', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='bookings_gates.gatescan', verbose_name='counted scan')),
                        ('carrier', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='bookings_vouchers.pass', verbose_name='pass')),
                        ('reason', models.CharField(max_length=30, verbose_name='reason')),
                        ('opened_at', models.DateTimeField(verbose_name='found at')),
                        ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='looked at')),
                        ('closed_by', models.CharField(blank=True, max_length=64, verbose_name='by')),
                        ('note', models.CharField(blank=True, max_length=200, verbose_name='what was done')),
                    ],
                    options={
                        'verbose_name': 'incident at a gate',
                        'verbose_name_plural': 'incidents at gates',
                        'indexes': [models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['carrier'], name='bookings_gates_open_incidents')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('closed_at__isnull', True), models.Q(('closed_at__isnull', False), models.Q(('closed_by', ''), _negated=True), models.Q(('note', ''), _negated=True)), _connector='OR'), name='bookings_gates_incident_closed')],
                    },
                ),
            ],
        ),
    ]
