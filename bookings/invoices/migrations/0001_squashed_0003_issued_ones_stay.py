import django.db.models.deletion
import kernel.postgres.creating
from django.db import migrations, models


# An issued invoice and its rows stay as they are; only what its red letters take back of it moves.
ISSUED_ONES_STAY = """
CREATE FUNCTION bookings_invoices_keep_issued() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'ISSUED' AND (
        TG_OP = 'DELETE' OR (to_jsonb(NEW) - '{reddened_fen,next_at,tries}'::text[])
            <> (to_jsonb(OLD) - '{reddened_fen,next_at,tries}'::text[])
    ) THEN
        RAISE EXCEPTION 'invoice % is issued', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE FUNCTION bookings_invoices_keep_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM bookings_invoices_invoice WHERE state = 'ISSUED' AND id =
            CASE TG_OP WHEN 'INSERT' THEN NEW.invoice_id ELSE OLD.invoice_id END
    ) THEN
        RAISE EXCEPTION 'the invoice of this row is issued' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER bookings_invoices_invoice_stays BEFORE UPDATE OR DELETE ON bookings_invoices_invoice
    FOR EACH ROW EXECUTE FUNCTION bookings_invoices_keep_issued();
CREATE TRIGGER bookings_invoices_row_stays BEFORE INSERT OR UPDATE OR DELETE ON bookings_invoices_row
    FOR EACH ROW EXECUTE FUNCTION bookings_invoices_keep_rows();
"""
NO_ISSUED_ONES_STAY = """
DROP TRIGGER bookings_invoices_row_stays ON bookings_invoices_row;
DROP TRIGGER bookings_invoices_invoice_stays ON bookings_invoices_invoice;
DROP FUNCTION bookings_invoices_keep_rows();
DROP FUNCTION bookings_invoices_keep_issued();
"""


class Migration(migrations.Migration):

    replaces = [('bookings_invoices', '0001_titles'), ('bookings_invoices', '0002_invoices'), ('bookings_invoices', '0003_issued_ones_stay')]

    initial = True

    dependencies = [
        ('accounts_organisations', '0001_initial'),
        ('bookings_orders', '0012_tell_who_secured'),
    ]

    operations = [
        kernel.postgres.creating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='Title',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('actor', models.CharField(db_index=True, max_length=64, verbose_name='person')),
                        ('kind', models.CharField(choices=[('PERSON', 'a person'), ('COMPANY', 'a company')], max_length=10, verbose_name='kind')),
                        ('sealed', models.TextField(verbose_name='title, sealed')),
                        ('is_default', models.BooleanField(default=False, verbose_name='taken by default')),
                        ('changed_at', models.DateTimeField(verbose_name='changed at')),
                    ],
                    options={
                        'verbose_name': 'invoice title',
                        'verbose_name_plural': 'invoice titles',
                        'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['PERSON', 'COMPANY'])), name='bookings_invoices_title_kind'), models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('actor',), name='bookings_invoices_title_one_default')],
                    },
                ),
                migrations.CreateModel(
                    name='Issuer',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('organisation', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='issuer', to='accounts_organisations.organisation', verbose_name='organisation')),
                        ('name', models.CharField(max_length=100, verbose_name='registered name')),
                        ('tax_number', models.CharField(max_length=20, verbose_name='tax number')),
                        ('address', models.CharField(blank=True, max_length=80, verbose_name='registered address')),
                        ('phone', models.CharField(blank=True, max_length=20, verbose_name='registered phone')),
                        ('account', models.CharField(blank=True, max_length=100, verbose_name='bank and account number')),
                        ('clerk', models.CharField(max_length=20, verbose_name='issued by (name)')),
                        ('token_sealed', models.TextField(blank=True, verbose_name='token at the invoice service, sealed')),
                        ('moment', models.CharField(choices=[('AFTER_USE', 'after use, or when its time is over'), ('AFTER_PAYMENT', 'after payment')], default='AFTER_USE', max_length=20, verbose_name='issues')),
                        ('is_on', models.BooleanField(default=True, verbose_name='issues invoices here')),
                    ],
                    options={
                        'verbose_name': 'issuer of invoices',
                        'verbose_name_plural': 'issuers of invoices',
                    },
                ),
                migrations.CreateModel(
                    name='Rate',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('issuer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rates', to='bookings_invoices.issuer', verbose_name='issuer of invoices')),
                        ('kind', models.CharField(blank=True, max_length=20, verbose_name='kind')),
                        ('is_kept', models.BooleanField(default=False, verbose_name='fees kept of refunds')),
                        ('goods_code', models.CharField(max_length=19, verbose_name='tax classification code')),
                        ('permille', models.PositiveSmallIntegerField(verbose_name='tax rate (permille)')),
                        ('policy', models.CharField(blank=True, choices=[('', 'none'), ('03', 'exempt from tax'), ('04', 'not taxed')], default='', max_length=2, verbose_name='rule')),
                    ],
                    options={
                        'verbose_name': 'tax rate',
                        'verbose_name_plural': 'tax rates',
                        'constraints': [models.UniqueConstraint(fields=('issuer', 'kind', 'is_kept'), name='bookings_invoices_rate_kind'), models.CheckConstraint(condition=models.Q(('permille__gte', 0), ('permille__lte', 200)), name='bookings_invoices_rate_permille'), models.CheckConstraint(condition=models.Q(('policy', ''), ('permille', 0), _connector='OR'), name='bookings_invoices_rate_policy')],
                    },
                ),
                migrations.CreateModel(
                    name='Invoice',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invoices', to='bookings_orders.order', verbose_name='order')),
                        ('supplier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='accounts_organisations.organisation', verbose_name='supplier')),
                        ('red_of', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reds', to='bookings_invoices.invoice', verbose_name='red letter of')),
                        ('token', models.CharField(max_length=32, unique=True, verbose_name='token')),
                        ('number', models.CharField(max_length=20, unique=True, verbose_name='our number')),
                        ('serial', models.CharField(blank=True, max_length=20, verbose_name='invoice number')),
                        ('title_kind', models.CharField(choices=[('PERSON', 'a person'), ('COMPANY', 'a company')], max_length=10, verbose_name='made out to')),
                        ('title_sealed', models.TextField(verbose_name='title, sealed')),
                        ('title_shown', models.CharField(max_length=100, verbose_name='invoice title')),
                        ('seller', models.JSONField(blank=True, default=dict, verbose_name='seller')),
                        ('state', models.CharField(choices=[('ASKED', 'asked for'), ('ISSUING', 'being issued'), ('ISSUED', 'issued'), ('FAILED', 'stuck: a person must look'), ('VOID', 'nothing was left to invoice')], default='ASKED', max_length=10, verbose_name='state')),
                        ('total_fen', models.BigIntegerField(default=0, verbose_name='total (fen)')),
                        ('tax_fen', models.BigIntegerField(default=0, verbose_name='tax (fen)')),
                        ('reddened_fen', models.BigIntegerField(default=0, verbose_name='taken back (fen)')),
                        ('asked_by', models.CharField(max_length=64, verbose_name='asked by')),
                        ('asked_at', models.DateTimeField(verbose_name='asked at')),
                        ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent at')),
                        ('issued_at', models.DateTimeField(blank=True, null=True, verbose_name='invoice issued at')),
                        ('tries', models.PositiveIntegerField(default=0, verbose_name='tries')),
                        ('next_at', models.DateTimeField(blank=True, null=True, verbose_name='looked at again at')),
                        ('why', models.CharField(blank=True, max_length=200, verbose_name='what is the matter')),
                        ('is_refused', models.BooleanField(default=False, verbose_name='refused by the invoice service')),
                    ],
                    options={
                        'verbose_name': 'invoice',
                        'verbose_name_plural': 'invoices',
                        'indexes': [models.Index(condition=models.Q(('next_at__isnull', False)), fields=['next_at'], name='bookings_invoices_invoice_due'), models.Index(fields=['asked_at'], name='bookings_invoices_asked')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('red_of__isnull', True), models.Q(('state', 'VOID'), _negated=True)), fields=('order', 'supplier'), name='bookings_invoices_invoice_once'), models.CheckConstraint(condition=models.Q(('state__in', ['ASKED', 'ISSUING', 'ISSUED', 'FAILED', 'VOID'])), name='bookings_invoices_invoice_state'), models.CheckConstraint(condition=models.Q(models.Q(('red_of__isnull', True), ('tax_fen__gte', 0), ('total_fen__gte', models.F('tax_fen'))), models.Q(('red_of__isnull', False), ('tax_fen__lte', 0), ('total_fen__lte', models.F('tax_fen'))), _connector='OR'), name='bookings_invoices_invoice_colour'), models.CheckConstraint(condition=models.Q(('reddened_fen', 0), models.Q(('red_of__isnull', True), ('reddened_fen__gte', 0), ('reddened_fen__lte', models.F('total_fen'))), _connector='OR'), name='bookings_invoices_invoice_red_within_blue'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('ISSUING', 'ISSUED')), _negated=True), models.Q(('total_fen', 0), _negated=True), _connector='OR'), name='bookings_invoices_invoice_has_a_sum'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'ISSUED'), _negated=True), models.Q(models.Q(('serial', ''), _negated=True), ('issued_at__isnull', False)), _connector='OR'), name='bookings_invoices_invoice_has_its_number')],
                    },
                ),
                migrations.CreateModel(
                    name='Row',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('invoice', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='bookings_invoices.invoice', verbose_name='invoice')),
                        ('place', models.PositiveSmallIntegerField(verbose_name='line of the invoice')),
                        ('key', models.CharField(max_length=40, verbose_name='key')),
                        ('role', models.CharField(choices=[('PLAIN', 'PLAIN'), ('DISCOUNTED', 'DISCOUNTED'), ('DISCOUNT', 'DISCOUNT')], max_length=10, verbose_name='role')),
                        ('name', models.CharField(max_length=90, verbose_name='thing sold')),
                        ('spec', models.CharField(blank=True, max_length=40, verbose_name='details')),
                        ('quantity', models.PositiveIntegerField(default=0, verbose_name='quantity')),
                        ('goods_code', models.CharField(max_length=19, verbose_name='tax classification code')),
                        ('permille', models.PositiveSmallIntegerField(verbose_name='tax rate (permille)')),
                        ('policy', models.CharField(blank=True, choices=[('', 'none'), ('03', 'exempt from tax'), ('04', 'not taxed')], default='', max_length=2, verbose_name='rule')),
                        ('amount_fen', models.BigIntegerField(verbose_name='amount (fen)')),
                        ('tax_fen', models.BigIntegerField(verbose_name='tax (fen)')),
                    ],
                    options={
                        'verbose_name': 'row of an invoice',
                        'verbose_name_plural': 'rows of invoices',
                        'constraints': [models.UniqueConstraint(fields=('invoice', 'place'), name='bookings_invoices_row_place'), models.CheckConstraint(condition=models.Q(('amount_fen', 0), _negated=True), name='bookings_invoices_row_sum'), models.CheckConstraint(condition=models.Q(('permille__gte', 0)), name='bookings_invoices_row_permille')],
                    },
                ),
                migrations.CreateModel(
                    name='File',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('invoice', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='files', to='bookings_invoices.invoice', verbose_name='invoice')),
                        ('kind', models.CharField(choices=[('PDF', 'PDF'), ('OFD', 'OFD'), ('XML', 'XML')], max_length=3, verbose_name='kind of file')),
                        ('url', models.CharField(max_length=500, verbose_name='where it is had')),
                        ('sealed', models.TextField(blank=True, verbose_name='file, sealed')),
                    ],
                    options={
                        'verbose_name': 'file of an invoice',
                        'verbose_name_plural': 'files of invoices',
                        'constraints': [models.UniqueConstraint(fields=('invoice', 'kind'), name='bookings_invoices_file_once')],
                    },
                ),
            ],
        ),
        migrations.RunSQL(ISSUED_ONES_STAY, NO_ISSUED_ONES_STAY),
    ]
