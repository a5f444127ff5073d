import django.db.models.deletion
import django.db.models.expressions
import kernel.postgres.creating
from django.db import migrations, models


# A contract is only ever followed by a new version: nothing that was agreed can be changed.
CONTRACTS_STAY = """
CREATE FUNCTION bookings_settlement_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was agreed stays: % on %', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER bookings_settlement_contract_stays
    BEFORE UPDATE OR DELETE ON bookings_settlement_contract
    FOR EACH ROW EXECUTE FUNCTION bookings_settlement_refuse_change();
CREATE TRIGGER bookings_settlement_rate_stays
    BEFORE UPDATE OR DELETE ON bookings_settlement_rate
    FOR EACH ROW EXECUTE FUNCTION bookings_settlement_refuse_change();
CREATE TRIGGER bookings_settlement_linerate_stays
    BEFORE UPDATE OR DELETE ON bookings_settlement_linerate
    FOR EACH ROW EXECUTE FUNCTION bookings_settlement_refuse_change();
"""
NO_CONTRACTS_STAY = """
DROP TRIGGER bookings_settlement_linerate_stays ON bookings_settlement_linerate;
DROP TRIGGER bookings_settlement_rate_stays ON bookings_settlement_rate;
DROP TRIGGER bookings_settlement_contract_stays ON bookings_settlement_contract;
DROP FUNCTION bookings_settlement_refuse_change();
"""

# What was sent stays as it was sent, and an earning stays on the statement it is on.
STATEMENTS_STAY = """
CREATE TRIGGER bookings_settlement_statement_stays
    BEFORE UPDATE ON bookings_settlement_statement FOR EACH ROW
    WHEN (OLD.state <> 'OPEN' AND (NEW.state = 'OPEN'
        OR (NEW.organisation_id, NEW.region_id, NEW.month, NEW.currency, NEW.carried_fen, NEW.used_fen,
            NEW.expired_fen, NEW.kept_fen, NEW.metered_fen, NEW.refunded_fen, NEW.deposits_fen,
            NEW.commission_fen, NEW.adjusted_fen, NEW.balance_fen, NEW.rows)
        IS DISTINCT FROM (OLD.organisation_id, OLD.region_id, OLD.month, OLD.currency, OLD.carried_fen,
            OLD.used_fen, OLD.expired_fen, OLD.kept_fen, OLD.metered_fen, OLD.refunded_fen,
            OLD.deposits_fen, OLD.commission_fen, OLD.adjusted_fen, OLD.balance_fen, OLD.rows)))
    EXECUTE FUNCTION bookings_settlement_refuse_change();
CREATE TRIGGER bookings_settlement_statement_kept
    BEFORE DELETE ON bookings_settlement_statement
    FOR EACH ROW EXECUTE FUNCTION bookings_settlement_refuse_change();
CREATE TRIGGER bookings_settlement_earning_stays
    BEFORE UPDATE ON bookings_settlement_earning FOR EACH ROW
    WHEN (OLD.statement_id IS NOT NULL AND NEW.statement_id IS DISTINCT FROM OLD.statement_id)
    EXECUTE FUNCTION bookings_settlement_refuse_change();
"""
NO_STATEMENTS_STAY = """
DROP TRIGGER bookings_settlement_earning_stays ON bookings_settlement_earning;
DROP TRIGGER bookings_settlement_statement_kept ON bookings_settlement_statement;
DROP TRIGGER bookings_settlement_statement_stays ON bookings_settlement_statement;
"""

# A payout is of one statement and sum for good; what a supplier has entered as its account stays.
PAYOUTS_STAY = """
CREATE TRIGGER bookings_settlement_payout_stays
    BEFORE UPDATE ON bookings_settlement_payout FOR EACH ROW
    WHEN ((NEW.statement_id, NEW.account_id, NEW.fen, NEW.asked_by)
            IS DISTINCT FROM (OLD.statement_id, OLD.account_id, OLD.fen, OLD.asked_by)
        OR OLD.state IN ('BACK', 'DROPPED')
        OR (OLD.file_id IS NOT NULL AND NEW.file_id IS DISTINCT FROM OLD.file_id))
    EXECUTE FUNCTION bookings_settlement_refuse_change();
CREATE TRIGGER bookings_settlement_payout_kept
    BEFORE DELETE ON bookings_settlement_payout
    FOR EACH ROW EXECUTE FUNCTION bookings_settlement_refuse_change();
CREATE TRIGGER bookings_settlement_bankaccount_stays
    BEFORE UPDATE OR DELETE ON bookings_settlement_bankaccount
    FOR EACH ROW EXECUTE FUNCTION bookings_settlement_refuse_change();
"""
NO_PAYOUTS_STAY = """
DROP TRIGGER bookings_settlement_bankaccount_stays ON bookings_settlement_bankaccount;
DROP TRIGGER bookings_settlement_payout_kept ON bookings_settlement_payout;
DROP TRIGGER bookings_settlement_payout_stays ON bookings_settlement_payout;
"""

# A closed month stays as it was closed.
CLOSES_STAY = """
CREATE TRIGGER bookings_settlement_monthclose_stays
    BEFORE UPDATE OR DELETE ON bookings_settlement_monthclose
    FOR EACH ROW EXECUTE FUNCTION bookings_settlement_refuse_change();
"""
NO_CLOSES_STAY = """DROP TRIGGER bookings_settlement_monthclose_stays ON bookings_settlement_monthclose;"""


class Migration(migrations.Migration):

    replaces = [('bookings_settlement', '0001_initial'), ('bookings_settlement', '0002_contracts_stay'), ('bookings_settlement', '0003_reconciliation'), ('bookings_settlement', '0004_statements'), ('bookings_settlement', '0005_statements_stay'), ('bookings_settlement', '0006_payouts'), ('bookings_settlement', '0007_payouts_stay'), ('bookings_settlement', '0008_expired_parts'), ('bookings_settlement', '0009_closed_months'), ('bookings_settlement', '0010_closes_stay')]

    initial = True

    dependencies = [
        ('accounts_organisations', '0001_initial'),
        ('bookings_orders', '0012_tell_who_secured'),
        ('kernel_places', '0002_calendarday'),
    ]

    operations = [
        kernel.postgres.creating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='Bill',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('provider', models.CharField(max_length=20, verbose_name='payment service')),
                        ('sha256', models.CharField(max_length=64, verbose_name='hash of the file')),
                        ('name', models.CharField(max_length=200, verbose_name='file')),
                        ('since', models.DateTimeField(null=True, verbose_name='from')),
                        ('until', models.DateTimeField(null=True, verbose_name='until')),
                        ('rows', models.PositiveIntegerField(verbose_name='rows')),
                        ('other_rows', models.PositiveIntegerField(verbose_name='rows that are neither payment nor refund')),
                        ('payments_fen', models.BigIntegerField(verbose_name='payments (fen)')),
                        ('refunds_fen', models.BigIntegerField(verbose_name='refunds (fen)')),
                        ('fees_fen', models.BigIntegerField(verbose_name='fees booked (fen)')),
                        ('is_short', models.BooleanField(verbose_name='broke off')),
                        ('is_late', models.BooleanField(verbose_name='came late')),
                        ('actor', models.CharField(max_length=64, verbose_name='read by')),
                        ('made_at', models.DateTimeField(verbose_name='file read at')),
                    ],
                    options={
                        'verbose_name': 'reconciliation',
                        'verbose_name_plural': 'reconciliations',
                        'constraints': [models.UniqueConstraint(fields=('provider', 'sha256'), name='bookings_settlement_bill_once'), models.CheckConstraint(condition=models.Q(('payments_fen__gte', 0), ('refunds_fen__gte', 0)), name='bookings_settlement_bill_sums')],
                    },
                ),
                migrations.CreateModel(
                    name='BillRow',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('bill', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='bookings_settlement.bill', verbose_name='reconciliation')),
                        ('line', models.PositiveIntegerField(verbose_name='line')),
                        ('said', models.CharField(max_length=7, verbose_name='kind')),
                        ('provider_no', models.CharField(max_length=160, verbose_name='number at the payment service')),
                        ('payment_no', models.CharField(max_length=64, verbose_name='our number of the payment')),
                        ('own_no', models.CharField(max_length=64, verbose_name='our number')),
                        ('fen', models.BigIntegerField(verbose_name='amount (fen)')),
                        ('fee_fen', models.BigIntegerField(verbose_name='fee (fen)')),
                        ('currency', models.CharField(max_length=3, verbose_name='currency')),
                        ('fee_currency', models.CharField(max_length=3, verbose_name='currency of the fee')),
                        ('at', models.DateTimeField(verbose_name='at')),
                        ('is_done', models.BooleanField(verbose_name='done')),
                        ('attempt_id', models.BigIntegerField(null=True, verbose_name='payment')),
                        ('refund_id', models.BigIntegerField(null=True, verbose_name='refund')),
                    ],
                    options={
                        'verbose_name': 'row of a file',
                        'verbose_name_plural': 'rows of files',
                        'indexes': [models.Index(condition=models.Q(('attempt_id__isnull', False), ('refund_id__isnull', True)), fields=['attempt_id'], name='bookings_settlement_row_pay'), models.Index(condition=models.Q(('refund_id__isnull', False)), fields=['refund_id'], name='bookings_settlement_row_back')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('fen__gte', 0)), name='bookings_settlement_row_fen')],
                    },
                ),
                migrations.CreateModel(
                    name='Finding',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('bill', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='findings', to='bookings_settlement.bill', verbose_name='reconciliation')),
                        ('off', models.CharField(choices=[('MISSING', 'ours, and not in the file'), ('UNKNOWN', 'in the file, and unknown to us'), ('TWICE', 'in the file twice'), ('STATE', 'another state or kind than ours'), ('CURRENCY', 'another currency'), ('AMOUNT', 'another sum'), ('PERIOD', 'of another day'), ('FEE', 'another fee than agreed')], max_length=10, verbose_name='what is off')),
                        ('line', models.PositiveIntegerField(blank=True, null=True, verbose_name='line of the file')),
                        ('attempt_id', models.BigIntegerField(blank=True, null=True, verbose_name='payment')),
                        ('refund_id', models.BigIntegerField(blank=True, null=True, verbose_name='refund')),
                        ('theirs', models.CharField(blank=True, max_length=120, verbose_name='in the file')),
                        ('ours', models.CharField(blank=True, max_length=120, verbose_name='ours')),
                        ('state', models.CharField(choices=[('OPEN', 'open'), ('EXPLAINED', 'explained')], default='OPEN', max_length=10, verbose_name='state')),
                        ('words', models.CharField(blank=True, max_length=300, verbose_name='explanation')),
                        ('closed_by', models.CharField(blank=True, max_length=64, verbose_name='explained by')),
                        ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='explained at')),
                    ],
                    options={
                        'verbose_name': 'finding',
                        'verbose_name_plural': 'findings',
                        'indexes': [models.Index(condition=models.Q(('state', 'OPEN')), fields=['bill'], name='bookings_settlement_open')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('off__in', ['MISSING', 'UNKNOWN', 'TWICE', 'STATE', 'CURRENCY', 'AMOUNT', 'PERIOD', 'FEE']), models.Q(models.Q(('state', 'OPEN'), ('words', '')), models.Q(('state', 'EXPLAINED'), models.Q(('words', ''), _negated=True)), _connector='OR')), name='bookings_settlement_finding_known')],
                    },
                ),
                migrations.CreateModel(
                    name='MonthClose',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('region', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel_places.region', verbose_name='region')),
                        ('month', models.DateField(verbose_name='month')),
                        ('since', models.DateTimeField(verbose_name='from')),
                        ('until', models.DateTimeField(verbose_name='until')),
                        ('last_entry_id', models.BigIntegerField(verbose_name='last ledger entry')),
                        ('entries', models.BigIntegerField(verbose_name='ledger entries until then')),
                        ('debits_fen', models.BigIntegerField(verbose_name='debits until then (fen)')),
                        ('sha256', models.CharField(max_length=64, verbose_name='hash of the report')),
                        ('actor', models.CharField(max_length=64, verbose_name='closed by')),
                        ('closed_at', models.DateTimeField(verbose_name='closed at')),
                    ],
                    options={
                        'verbose_name': 'closed month',
                        'verbose_name_plural': 'closed months',
                        'constraints': [models.UniqueConstraint(fields=('region', 'month'), name='bookings_settlement_close_once'), models.CheckConstraint(condition=models.Q(('debits_fen__gte', 0), ('entries__gte', 0), ('last_entry_id__gte', 0)), name='bookings_settlement_close_sums')],
                    },
                ),
                migrations.CreateModel(
                    name='Contract',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts_organisations.organisation', verbose_name='supplier')),
                        ('valid_from', models.DateTimeField(verbose_name='valid from')),
                        ('expired', models.CharField(choices=[('SUPPLIER', "the supplier's"), ('PLATFORM', "the platform's")], default='SUPPLIER', max_length=10, verbose_name='what expires unused is')),
                        ('guarantee_fen', models.BigIntegerField(default=0, verbose_name='guarantee (fen)')),
                        ('words', models.CharField(blank=True, max_length=200, verbose_name='words')),
                        ('actor', models.CharField(max_length=64, verbose_name='entered by')),
                        ('made_at', models.DateTimeField(verbose_name='entered at')),
                    ],
                    options={
                        'verbose_name': 'commission contract',
                        'verbose_name_plural': 'commission contracts',
                        'constraints': [models.UniqueConstraint(fields=('organisation', 'valid_from'), name='bookings_settlement_contract_begins'), models.CheckConstraint(condition=models.Q(('guarantee_fen__gte', 0)), name='bookings_settlement_contract_guarantee'), models.CheckConstraint(condition=models.Q(('expired__in', ['SUPPLIER', 'PLATFORM'])), name='bookings_settlement_contract_expired')],
                    },
                ),
                migrations.CreateModel(
                    name='Rate',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('contract', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rates', to='bookings_settlement.contract', verbose_name='contract')),
                        ('kind', models.CharField(blank=True, max_length=20, verbose_name='kind')),
                        ('permille', models.PositiveSmallIntegerField(verbose_name='thousandths')),
                        ('per_line_fen', models.BigIntegerField(default=0, verbose_name='for each booking (fen)')),
                        ('per_part_fen', models.BigIntegerField(default=0, verbose_name='for each part (fen)')),
                        ('steps', models.CharField(blank=True, max_length=200, verbose_name="by the month's turnover")),
                    ],
                    options={
                        'verbose_name': 'commission rate',
                        'verbose_name_plural': 'commission rates',
                        'constraints': [models.UniqueConstraint(fields=('contract', 'kind'), name='bookings_settlement_rate_kind'), models.CheckConstraint(condition=models.Q(('permille__gte', 0), ('permille__lte', 1000)), name='bookings_settlement_rate_permille'), models.CheckConstraint(condition=models.Q(('per_line_fen__gte', 0), ('per_part_fen__gte', 0)), name='bookings_settlement_rate_fixed')],
                    },
                ),
                migrations.CreateModel(
                    name='LineRate',
                    fields=[
                        ('line', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='bookings_orders.line', verbose_name='order line')),
                        ('rate', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='bookings_settlement.rate', verbose_name='rate')),
                        ('permille', models.PositiveSmallIntegerField(verbose_name='thousandths')),
                        ('fixed_fen', models.BigIntegerField(verbose_name='fixed (fen)')),
                        ('price_fen', models.BigIntegerField(verbose_name='price (fen)')),
                    ],
                    options={
                        'verbose_name': 'rate of an order line',
                        'verbose_name_plural': 'rates of order lines',
                        'constraints': [models.CheckConstraint(condition=models.Q(('permille__gte', 0), ('permille__lte', 1000), ('fixed_fen__gte', 0), ('price_fen__gte', 0)), name='bookings_settlement_linerate_sums')],
                    },
                ),
                migrations.CreateModel(
                    name='Earning',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('posting_id', models.BigIntegerField(unique=True, verbose_name='posting')),
                        ('entry_id', models.BigIntegerField(verbose_name='ledger entry')),
                        ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts_organisations.organisation', verbose_name='supplier')),
                        ('region_id', models.BigIntegerField(verbose_name='region')),
                        ('currency', models.CharField(max_length=3, verbose_name='currency')),
                        ('kind', models.CharField(choices=[('USED', 'used'), ('EXPIRED', 'expired unused'), ('KEPT', 'kept by the terms'), ('METERED', 'measured after use'), ('REFUNDED', 'refunded'), ('DEPOSIT', 'kept of a deposit'), ('COMMISSION', 'commission'), ('ADJUSTMENT', 'adjustment')], max_length=10, verbose_name='kind')),
                        ('line_id', models.BigIntegerField(blank=True, null=True, verbose_name='order line')),
                        ('fen', models.BigIntegerField(verbose_name='amount (fen)')),
                        ('at', models.DateTimeField(verbose_name='at')),
                        ('statement', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='earnings', to='bookings_settlement.statement', verbose_name='statement')),
                    ],
                    options={
                        'verbose_name': 'earning',
                        'verbose_name_plural': 'earnings',
                        'indexes': [models.Index(condition=models.Q(('line_id__isnull', False)), fields=['line_id'], name='bookings_settlement_earn_line'), models.Index(fields=['organisation', 'at'], name='bookings_settlement_earn_at'), models.Index(condition=models.Q(('statement__isnull', True)), fields=['region_id', 'at'], name='bookings_settlement_earn_left')],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('fen', 0), _negated=True), ('kind__in', ['USED', 'EXPIRED', 'KEPT', 'METERED', 'REFUNDED', 'DEPOSIT', 'COMMISSION', 'ADJUSTMENT'])), name='bookings_settlement_earning_known')],
                    },
                ),
                migrations.CreateModel(
                    name='ExpiredPart',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('line', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='bookings_orders.line', verbose_name='order line')),
                        ('part_key', models.CharField(max_length=80, verbose_name='part')),
                        ('fen', models.BigIntegerField(verbose_name='amount (fen)')),
                        ('is_platform', models.BooleanField(verbose_name="the platform's")),
                        ('expired_at', models.DateTimeField(verbose_name='expired at')),
                        ('undone_at', models.DateTimeField(blank=True, null=True, verbose_name='undone at')),
                    ],
                    options={
                        'verbose_name': 'expired part',
                        'verbose_name_plural': 'expired parts',
                        'constraints': [models.UniqueConstraint(fields=('line', 'part_key'), name='bookings_settlement_expired_once'), models.CheckConstraint(condition=models.Q(('fen__gte', 0)), name='bookings_settlement_expired_fen')],
                    },
                ),
                migrations.CreateModel(
                    name='BankAccount',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts_organisations.organisation', verbose_name='supplier')),
                        ('sealed', models.TextField(verbose_name='details, sealed')),
                        ('masked', models.CharField(max_length=8, verbose_name='account')),
                        ('given_by', models.CharField(max_length=64, verbose_name='given by')),
                        ('given_at', models.DateTimeField(verbose_name='given at')),
                    ],
                    options={
                        'verbose_name': "supplier's bank account",
                        'verbose_name_plural': "suppliers' bank accounts",
                    },
                ),
                migrations.CreateModel(
                    name='BankFile',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('made_by', models.CharField(max_length=64, verbose_name='made by')),
                        ('made_at', models.DateTimeField(verbose_name='made at')),
                        ('rows', models.PositiveIntegerField(verbose_name='rows')),
                    ],
                    options={
                        'verbose_name': 'file for the bank',
                        'verbose_name_plural': 'files for the bank',
                    },
                ),
                migrations.CreateModel(
                    name='Payout',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('statement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payouts', to='bookings_settlement.statement', verbose_name='statement')),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='bookings_settlement.bankaccount', verbose_name='account')),
                        ('file', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payouts', to='bookings_settlement.bankfile', verbose_name='file for the bank')),
                        ('fen', models.BigIntegerField(verbose_name='amount (fen)')),
                        ('state', models.CharField(choices=[('ASKED', 'waiting for a second person'), ('DUE', 'to be transferred'), ('SENT', 'transferred'), ('BACK', 'came back'), ('DROPPED', 'given up')], max_length=10, verbose_name='state')),
                        ('asked_by', models.CharField(max_length=64, verbose_name='asked by')),
                        ('asked_at', models.DateTimeField(verbose_name='asked at')),
                        ('approved_by', models.CharField(blank=True, max_length=64, verbose_name='approved by')),
                        ('booked_at', models.DateTimeField(blank=True, null=True, verbose_name='booked at')),
                        ('reference', models.CharField(blank=True, max_length=80, verbose_name="the bank's reference")),
                        ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='transferred at')),
                        ('why', models.CharField(blank=True, max_length=200, verbose_name='why it came back')),
                        ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='came back or given up at')),
                    ],
                    options={
                        'verbose_name': 'payout of a statement',
                        'verbose_name_plural': 'payouts of statements',
                        'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ('ASKED', 'DUE', 'SENT'))), fields=('statement',), name='bookings_settlement_payout_once'), models.CheckConstraint(condition=models.Q(('fen__gt', 0)), name='bookings_settlement_payout_fen'), models.CheckConstraint(condition=models.Q(('approved_by', ''), models.Q(('approved_by', models.F('asked_by')), _negated=True), _connector='OR'), name='bookings_settlement_payout_two_people'), models.CheckConstraint(condition=models.Q(models.Q(('booked_at__isnull', True), ('state__in', ('ASKED', 'DROPPED'))), models.Q(('booked_at__isnull', False), ('state', 'DUE')), models.Q(('booked_at__isnull', False), ('sent_at__isnull', False), ('state', 'SENT'), models.Q(('reference', ''), _negated=True)), models.Q(('booked_at__isnull', False), ('ended_at__isnull', False), ('state', 'BACK'), models.Q(('why', ''), _negated=True)), _connector='OR'), name='bookings_settlement_payout_state'), models.CheckConstraint(condition=models.Q(('file__isnull', True), ('booked_at__isnull', False), _connector='OR'), name='bookings_settlement_payout_file')],
                    },
                ),
                migrations.CreateModel(
                    name='Statement',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts_organisations.organisation', verbose_name='supplier')),
                        ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel_places.region', verbose_name='region')),
                        ('month', models.DateField(verbose_name='month')),
                        ('currency', models.CharField(max_length=3, verbose_name='currency')),
                        ('state', models.CharField(choices=[('OPEN', 'running'), ('SENT', 'waiting for the supplier'), ('CONFIRMED', 'confirmed'), ('DISPUTED', 'disputed')], default='OPEN', max_length=10, verbose_name='state')),
                        ('carried_fen', models.BigIntegerField(verbose_name='carried over (fen)')),
                        ('used_fen', models.BigIntegerField(default=0, verbose_name='used (fen)')),
                        ('expired_fen', models.BigIntegerField(default=0, verbose_name='expired unused (fen)')),
                        ('kept_fen', models.BigIntegerField(default=0, verbose_name='kept by the terms (fen)')),
                        ('metered_fen', models.BigIntegerField(default=0, verbose_name='measured after use (fen)')),
                        ('refunded_fen', models.BigIntegerField(default=0, verbose_name='refunded (fen)')),
                        ('deposits_fen', models.BigIntegerField(default=0, verbose_name='kept of deposits (fen)')),
                        ('commission_fen', models.BigIntegerField(default=0, verbose_name='commission (fen)')),
                        ('adjusted_fen', models.BigIntegerField(default=0, verbose_name='adjustments (fen)')),
                        ('balance_fen', models.BigIntegerField(verbose_name='balance (fen)')),
                        ('rows', models.PositiveIntegerField(default=0, verbose_name='rows')),
                        ('is_beyond', models.BooleanField(default=False, verbose_name='beyond the guarantee')),
                        ('built_at', models.DateTimeField(verbose_name='built at')),
                        ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent at')),
                        ('confirmed_by', models.CharField(blank=True, max_length=64, verbose_name='confirmed by')),
                        ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='confirmed at')),
                    ],
                    options={
                        'verbose_name': 'statement',
                        'verbose_name_plural': 'statements',
                        'indexes': [models.Index(condition=models.Q(('is_beyond', True)), fields=['region'], name='bookings_settlement_beyond')],
                        'constraints': [models.UniqueConstraint(fields=('organisation', 'region', 'month', 'currency'), name='bookings_settlement_statement_once'), models.CheckConstraint(condition=models.Q(('balance_fen', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('carried_fen'), '+', models.F('used_fen')), '+', models.F('expired_fen')), '+', models.F('kept_fen')), '+', models.F('metered_fen')), '+', models.F('refunded_fen')), '+', models.F('deposits_fen')), '+', models.F('commission_fen')), '+', models.F('adjusted_fen'))), ('carried_fen__lte', 0)), name='bookings_settlement_statement_adds_up'), models.CheckConstraint(condition=models.Q(('state__in', ['OPEN', 'SENT', 'CONFIRMED', 'DISPUTED']), models.Q(('state', 'OPEN'), ('sent_at__isnull', False), _connector='OR'), models.Q(models.Q(('state', 'CONFIRMED'), _negated=True), models.Q(models.Q(('confirmed_by', ''), _negated=True), ('confirmed_at__isnull', False)), _connector='OR')), name='bookings_settlement_statement_state')],
                    },
                ),
                migrations.CreateModel(
                    name='StatementNote',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('statement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='bookings_settlement.statement', verbose_name='statement')),
                        ('is_platform', models.BooleanField(verbose_name='of the platform')),
                        ('actor', models.CharField(max_length=64, verbose_name='written by')),
                        ('words', models.CharField(max_length=1000, verbose_name='note')),
                        ('at', models.DateTimeField(verbose_name='at')),
                    ],
                    options={
                        'verbose_name': 'note on a statement',
                        'verbose_name_plural': 'notes on statements',
                        'constraints': [models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='bookings_settlement_note_said')],
                    },
                ),
            ],
        ),
        migrations.RunSQL(CONTRACTS_STAY, NO_CONTRACTS_STAY),
        migrations.RunSQL(STATEMENTS_STAY, NO_STATEMENTS_STAY),
        migrations.RunSQL(PAYOUTS_STAY, NO_PAYOUTS_STAY),
        migrations.RunSQL(CLOSES_STAY, NO_CLOSES_STAY),
    ]
