import bookings.vouchers.models.rights
import django.contrib.postgres.indexes
import django.db.models.deletion
import kernel.codes
import kernel.postgres.creating
from django.db import migrations, models


# The life of vouchers, step by step. What is there already has none until its next step.
STEPS = """
CREATE FUNCTION bookings_vouchers_refuse_change() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'steps of vouchers are only added to';
END;
$$ LANGUAGE plpgsql;
CREATE TRIGGER bookings_vouchers_step_append_only
    BEFORE UPDATE OR DELETE ON bookings_vouchers_step
    FOR EACH ROW EXECUTE FUNCTION bookings_vouchers_refuse_change();
"""
NO_STEPS = """
DROP TRIGGER bookings_vouchers_step_append_only ON bookings_vouchers_step;
DROP FUNCTION bookings_vouchers_refuse_change();
"""


class Migration(migrations.Migration):

    replaces = [('bookings_vouchers', '0001_initial'), ('bookings_vouchers', '0002_to_come'), ('bookings_vouchers', '0003_until'), ('bookings_vouchers', '0004_rules_of_passage'), ('bookings_vouchers', '0005_validate_rules_of_passage'), ('bookings_vouchers', '0006_passages'), ('bookings_vouchers', '0007_counted_once'), ('bookings_vouchers', '0008_when_they_passed'), ('bookings_vouchers', '0009_steps'), ('bookings_vouchers', '0010_what_ends'), ('bookings_vouchers', '0011_no_position'), ('bookings_vouchers', '0012_jointpost')]

    initial = True

    dependencies = [
        ('accounts_organisations', '0002_agencies'),
        ('bookings_orders', '0001_initial'),
    ]

    operations = [
        kernel.postgres.creating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='JointPost',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('loaded_digest', models.CharField(blank=True, editable=False, max_length=64)),
                        ('source', models.TextField(blank=True, verbose_name='source')),
                        ('confidence', models.CharField(choices=[('HIGH', 'high: an official figure, or two independent sources'), ('MEDIUM', 'medium: one unofficial source'), ('LOW', 'low: a plausible guess')], default='LOW', max_length=6, verbose_name='confidence')),
                        ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='confirmed at')),
                        ('confirmed_by', models.CharField(blank=True, max_length=64, verbose_name='confirmed by')),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts_organisations.organisation', verbose_name='whose post')),
                        ('zone', models.CharField(max_length=64, verbose_name='zone of the post')),
                        ('door', models.CharField(blank=True, max_length=64, verbose_name='door')),
                        ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts_organisations.organisation', verbose_name='whose vouchers')),
                        ('also_zone', models.CharField(max_length=64, verbose_name='zone of the vouchers')),
                        ('agreed_at', models.DateTimeField(blank=True, null=True, verbose_name='agreed at')),
                        ('agreed_by', models.CharField(blank=True, max_length=64, verbose_name='said by')),
                    ],
                    options={
                        'verbose_name': 'joint post',
                        'verbose_name_plural': 'joint posts',
                        'constraints': [models.UniqueConstraint(fields=('organisation', 'zone', 'door', 'partner', 'also_zone'), name='bookings_vouchers_jointpost_once'), models.CheckConstraint(condition=models.Q(('zone', models.F('also_zone')), _negated=True), name='bookings_vouchers_jointpost_of_another')],
                    },
                ),
                migrations.CreateModel(
                    name='Pass',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='passes', to='bookings_orders.order', verbose_name='order')),
                        ('region_id', models.BigIntegerField(verbose_name='region')),
                        ('traveller_id', models.BigIntegerField(default=0, verbose_name='traveller')),
                        ('holder', models.CharField(blank=True, max_length=60, verbose_name='holder')),
                        ('document_tail', models.CharField(blank=True, max_length=4, verbose_name='end of the document number')),
                        ('serial', models.UUIDField(default=bookings.vouchers.models.rights.new_serial, editable=False, unique=True, verbose_name='serial')),
                        ('short_code', models.CharField(default=kernel.codes.new_code, editable=False, max_length=10, unique=True, verbose_name='short code')),
                        ('first_day', models.DateField(verbose_name='good from (UTC day)')),
                        ('last_day', models.DateField(verbose_name='good until (UTC day)')),
                    ],
                    options={
                        'verbose_name': 'pass',
                        'verbose_name_plural': 'passes',
                        'constraints': [models.UniqueConstraint(fields=('order', 'traveller_id'), name='bookings_vouchers_pass_traveller'), models.CheckConstraint(condition=models.Q(('first_day__lte', models.F('last_day'))), name='bookings_vouchers_pass_days')],
                    },
                ),
                migrations.CreateModel(
                    name='Voucher',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('carrier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='vouchers', to='bookings_vouchers.pass', verbose_name='pass')),
                        ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='vouchers', to='bookings_orders.line', verbose_name='order line')),
                        ('region_id', models.BigIntegerField(verbose_name='region')),
                        ('part_key', models.CharField(max_length=40, verbose_name='part')),
                        ('zone', models.CharField(max_length=60, verbose_name='zone')),
                        ('valid_from', models.DateTimeField(verbose_name='valid from')),
                        ('valid_until', models.DateTimeField(verbose_name='valid until')),
                        ('entries_allowed', models.PositiveSmallIntegerField(default=1, verbose_name='entries')),
                        ('entries_used', models.PositiveSmallIntegerField(default=0, verbose_name='entries used')),
                        ('state', models.CharField(choices=[('ACTIVE', 'to be used'), ('USED', 'used'), ('VOIDED', 'void')], default='ACTIVE', max_length=10, verbose_name='state')),
                        ('show', models.JSONField(blank=True, default=dict, verbose_name='shown to staff')),
                        ('doors_in', models.JSONField(blank=True, db_default=[], default=list, verbose_name='doors in')),
                        ('doors_out', models.JSONField(blank=True, db_default=[], default=list, verbose_name='doors out')),
                        ('rule', models.CharField(choices=[('COUNTED', 'so many entries'), ('AFTER_EXIT', 'again after every exit'), ('FREE', 'in and out as one likes')], db_default='COUNTED', default='COUNTED', max_length=10, verbose_name='coming in again')),
                        ('reentry_days', models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name='days of coming in again')),
                        ('extras', models.JSONField(blank=True, db_default=[], default=list, verbose_name='add-ons and notes')),
                        ('is_inside', models.BooleanField(db_default=False, default=False, verbose_name='is inside')),
                        ('entered_at', models.DateTimeField(blank=True, null=True, verbose_name='first entry')),
                        ('taken_back', models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name='uses undone')),
                        ('issued_at', models.DateTimeField(verbose_name='issued at')),
                        ('voided_at', models.DateTimeField(blank=True, null=True, verbose_name='void since')),
                        ('expired_at', models.DateTimeField(blank=True, null=True, verbose_name='expired at')),
                    ],
                    options={
                        'verbose_name': 'voucher',
                        'verbose_name_plural': 'vouchers',
                        'indexes': [models.Index(fields=['zone', 'valid_from'], name='bookings_vouchers_in_zone'), django.contrib.postgres.indexes.BrinIndex(fields=['valid_until'], name='bookings_vouchers_until', pages_per_range=32), models.Index(condition=models.Q(('entries_used', 0), ('state', 'ACTIVE')), fields=['valid_from'], name='bookings_vouchers_to_come'), models.Index(condition=models.Q(('expired_at__isnull', True), ('state', 'ACTIVE')), fields=['valid_until'], name='bookings_vouchers_to_end'), models.Index(condition=models.Q(('expired_at__isnull', True), ('state', 'ACTIVE'), ('entered_at__isnull', False), ('reentry_days__gt', 0)), fields=['entered_at'], name='bookings_vouchers_days_to_end')],
                        'constraints': [models.UniqueConstraint(fields=('line', 'part_key', 'zone', 'valid_from'), name='bookings_vouchers_voucher_once'), models.CheckConstraint(condition=models.Q(('valid_from__lt', models.F('valid_until'))), name='bookings_vouchers_voucher_window'), models.CheckConstraint(condition=models.Q(('entries_allowed__gte', 1), models.Q(models.Q(('rule', 'COUNTED'), _negated=True), ('entries_used__lte', models.F('entries_allowed')), _connector='OR')), name='bookings_vouchers_voucher_entries'), models.CheckConstraint(condition=models.Q(models.Q(('entries_used', models.F('entries_allowed')), ('state', 'USED'), ('rule', 'COUNTED')), models.Q(('state__in', ['ACTIVE', 'VOIDED']), models.Q(models.Q(('rule', 'COUNTED'), _negated=True), ('entries_used__lt', models.F('entries_allowed')), _connector='OR')), _connector='OR'), name='bookings_vouchers_voucher_used_up'), models.CheckConstraint(condition=models.Q(models.Q(('entered_at__isnull', True), ('is_inside', False)), ('entries_used__gte', 1), _connector='OR'), name='bookings_vouchers_voucher_inside_after_entry'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'VOIDED'), ('voided_at__isnull', False)), models.Q(models.Q(('state', 'VOIDED'), _negated=True), ('voided_at__isnull', True)), _connector='OR'), name='bookings_vouchers_voucher_voided')],
                    },
                ),
                migrations.CreateModel(
                    name='Redemption',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('region_id', models.BigIntegerField(verbose_name='region')),
                        ('zone', models.CharField(max_length=60, verbose_name='zone')),
                        ('door', models.CharField(blank=True, db_default='', default='', max_length=60, verbose_name='door')),
                        ('place', models.JSONField(blank=True, default=dict, verbose_name='post')),
                        ('direction', models.CharField(choices=[('IN', 'in'), ('OUT', 'out')], db_default='IN', default='IN', max_length=3, verbose_name='direction')),
                        ('actor', models.CharField(max_length=64, verbose_name='by')),
                        ('request_key', models.CharField(max_length=64, verbose_name='request key')),
                        ('fallback', models.CharField(choices=[('CODE', 'code on a phone'), ('PAPER', 'code on paper'), ('DOCUMENT', 'document'), ('DIGITS', 'six digits'), ('LIST', 'chosen from the list')], db_default='CODE', default='CODE', max_length=10, verbose_name='shown as')),
                        ('is_offline', models.BooleanField(db_default=False, default=False, verbose_name='without network')),
                        ('at', models.DateTimeField(verbose_name='at')),
                        ('voucher', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='redemptions', to='bookings_vouchers.voucher', verbose_name='voucher')),
                        ('entry_no', models.PositiveSmallIntegerField(verbose_name='entry')),
                        ('undone_at', models.DateTimeField(blank=True, null=True, verbose_name='undone at')),
                    ],
                    options={
                        'verbose_name': 'redemption',
                        'verbose_name_plural': 'redemptions',
                        'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['at'], name='bookings_vouchers_passed_at', pages_per_range=32)],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('direction', 'IN'), ('undone_at__isnull', True)), fields=('voucher', 'entry_no'), name='bookings_vouchers_redemption_counted'), models.UniqueConstraint(fields=('actor', 'request_key', 'voucher'), name='bookings_vouchers_redemption_request'), models.CheckConstraint(condition=models.Q(('entry_no__gte', 1)), name='bookings_vouchers_redemption_from_one')],
                    },
                ),
                migrations.CreateModel(
                    name='Surplus',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('region_id', models.BigIntegerField(verbose_name='region')),
                        ('zone', models.CharField(max_length=60, verbose_name='zone')),
                        ('door', models.CharField(blank=True, db_default='', default='', max_length=60, verbose_name='door')),
                        ('place', models.JSONField(blank=True, default=dict, verbose_name='post')),
                        ('direction', models.CharField(choices=[('IN', 'in'), ('OUT', 'out')], db_default='IN', default='IN', max_length=3, verbose_name='direction')),
                        ('actor', models.CharField(max_length=64, verbose_name='by')),
                        ('request_key', models.CharField(max_length=64, verbose_name='request key')),
                        ('fallback', models.CharField(choices=[('CODE', 'code on a phone'), ('PAPER', 'code on paper'), ('DOCUMENT', 'document'), ('DIGITS', 'six digits'), ('LIST', 'chosen from the list')], db_default='CODE', default='CODE', max_length=10, verbose_name='shown as')),
                        ('is_offline', models.BooleanField(db_default=False, default=False, verbose_name='without network')),
                        ('at', models.DateTimeField(verbose_name='at')),
                        ('voucher', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='surplus', to='bookings_vouchers.voucher', verbose_name='voucher')),
                        ('reason', models.CharField(max_length=30, verbose_name='reason')),
                        ('counted', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='bookings_vouchers.redemption', verbose_name='counted passage')),
                        ('told_at', models.DateTimeField(db_index=True, verbose_name='told at')),
                    ],
                    options={
                        'verbose_name': 'surplus passage',
                        'verbose_name_plural': 'surplus passages',
                        'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['at'], name='bookings_vouchers_surplus_at', pages_per_range=32)],
                        'constraints': [models.UniqueConstraint(fields=('actor', 'request_key', 'voucher'), name='bookings_vouchers_surplus_request')],
                    },
                ),
                migrations.CreateModel(
                    name='TurnedAway',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='accounts_organisations.organisation', verbose_name='organisation')),
                        ('region_id', models.BigIntegerField(verbose_name='region')),
                        ('zone', models.CharField(max_length=60, verbose_name='zone')),
                        ('place', models.JSONField(blank=True, default=dict, verbose_name='post')),
                        ('reason', models.CharField(max_length=30, verbose_name='reason')),
                        ('voucher', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='bookings_vouchers.voucher', verbose_name='voucher')),
                        ('actor', models.CharField(max_length=64, verbose_name='by')),
                        ('at', models.DateTimeField(db_index=True, verbose_name='at')),
                    ],
                    options={
                        'verbose_name': 'refused scan',
                        'verbose_name_plural': 'refused scans',
                    },
                ),
                migrations.CreateModel(
                    name='Step',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('voucher', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='bookings_vouchers.voucher', verbose_name='voucher')),
                        ('before', models.CharField(blank=True, choices=[('ISSUED', 'issued'), ('PART', 'part used'), ('USED', 'used'), ('VOIDED', 'void'), ('EXPIRED', 'expired')], max_length=10, verbose_name='from')),
                        ('after', models.CharField(choices=[('ISSUED', 'issued'), ('PART', 'part used'), ('USED', 'used'), ('VOIDED', 'void'), ('EXPIRED', 'expired')], max_length=10, verbose_name='to')),
                        ('at', models.DateTimeField(verbose_name='at')),
                        ('actor', models.CharField(max_length=64, verbose_name='by')),
                        ('why', models.CharField(choices=[('ISSUED', 'delivered'), ('PASSED', 'somebody passed'), ('UNDONE', 'a scan was taken back'), ('MOVED', 'another time'), ('CANCELLED', 'cancelled'), ('CHANGED', 'changed for something else'), ('OVER', 'its time is over')], max_length=10, verbose_name='why')),
                    ],
                    options={
                        'verbose_name': 'step of a voucher',
                        'verbose_name_plural': 'steps of vouchers',
                        'constraints': [models.UniqueConstraint(condition=models.Q(('before', '')), fields=('voucher',), name='bookings_vouchers_step_begins'), models.UniqueConstraint(condition=models.Q(('after', 'VOIDED')), fields=('voucher',), name='bookings_vouchers_step_ends'), models.CheckConstraint(condition=models.Q(models.Q(('after', 'ISSUED'), ('before', ''), ('why', 'ISSUED')), models.Q(('after', 'PART'), ('before', 'EXPIRED'), ('why', 'PASSED')), models.Q(('after', 'USED'), ('before', 'EXPIRED'), ('why', 'PASSED')), models.Q(('after', 'PART'), ('before', 'ISSUED'), ('why', 'PASSED')), models.Q(('after', 'USED'), ('before', 'ISSUED'), ('why', 'PASSED')), models.Q(('after', 'USED'), ('before', 'PART'), ('why', 'PASSED')), models.Q(('after', 'ISSUED'), ('before', 'PART'), ('why', 'UNDONE')), models.Q(('after', 'ISSUED'), ('before', 'USED'), ('why', 'UNDONE')), models.Q(('after', 'PART'), ('before', 'USED'), ('why', 'UNDONE')), models.Q(('after', 'ISSUED'), ('before', 'EXPIRED'), ('why', 'MOVED')), models.Q(('after', 'PART'), ('before', 'EXPIRED'), ('why', 'MOVED')), models.Q(('after', 'ISSUED'), ('before', 'ISSUED'), ('why', 'MOVED')), models.Q(('after', 'PART'), ('before', 'PART'), ('why', 'MOVED')), models.Q(('after', 'VOIDED'), ('before', 'EXPIRED'), ('why', 'CANCELLED')), models.Q(('after', 'VOIDED'), ('before', 'ISSUED'), ('why', 'CANCELLED')), models.Q(('after', 'VOIDED'), ('before', 'EXPIRED'), ('why', 'CHANGED')), models.Q(('after', 'VOIDED'), ('before', 'ISSUED'), ('why', 'CHANGED')), models.Q(('after', 'EXPIRED'), ('before', 'ISSUED'), ('why', 'OVER')), models.Q(('after', 'EXPIRED'), ('before', 'PART'), ('why', 'OVER')), _connector='OR'), name='bookings_vouchers_step_legal')],
                    },
                ),
            ],
        ),
        migrations.RunSQL(STEPS, NO_STEPS),
    ]
