import django.db.models.deletion
import kernel.postgres.creating
from django.db import migrations, models


# The ledger defends itself: rows cannot be changed, and every entry sums to zero at commit.
APPEND_ONLY = """
CREATE FUNCTION bookings_ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only: % on %', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER bookings_ledger_entry_append_only
    BEFORE UPDATE OR DELETE ON bookings_ledger_entry
    FOR EACH ROW EXECUTE FUNCTION bookings_ledger_refuse_change();
CREATE TRIGGER bookings_ledger_entry_no_truncate
    BEFORE TRUNCATE ON bookings_ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION bookings_ledger_refuse_change();
CREATE TRIGGER bookings_ledger_posting_append_only
    BEFORE UPDATE OR DELETE ON bookings_ledger_posting
    FOR EACH ROW EXECUTE FUNCTION bookings_ledger_refuse_change();
CREATE TRIGGER bookings_ledger_posting_no_truncate
    BEFORE TRUNCATE ON bookings_ledger_posting
    FOR EACH STATEMENT EXECUTE FUNCTION bookings_ledger_refuse_change();

CREATE FUNCTION bookings_ledger_check_sum() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM bookings_ledger_posting WHERE entry_id = NEW.entry_id
        GROUP BY currency HAVING sum(amount_fen) <> 0
    ) THEN
        RAISE EXCEPTION 'ledger entry % does not sum to zero', NEW.entry_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER bookings_ledger_posting_sums_to_zero
    AFTER INSERT ON bookings_ledger_posting DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION bookings_ledger_check_sum();
"""
NO_APPEND_ONLY = """
DROP TRIGGER bookings_ledger_posting_sums_to_zero ON bookings_ledger_posting;
DROP TRIGGER bookings_ledger_posting_no_truncate ON bookings_ledger_posting;
DROP TRIGGER bookings_ledger_posting_append_only ON bookings_ledger_posting;
DROP TRIGGER bookings_ledger_entry_no_truncate ON bookings_ledger_entry;
DROP TRIGGER bookings_ledger_entry_append_only ON bookings_ledger_entry;
DROP FUNCTION bookings_ledger_check_sum();
DROP FUNCTION bookings_ledger_refuse_change();
"""


class Migration(migrations.Migration):

    replaces = [('bookings_ledger', '0001_initial'), ('bookings_ledger', '0002_append_only')]

    initial = True

    dependencies = [
    ]

    operations = [
        kernel.postgres.creating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='Entry',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('key', models.CharField(max_length=120, unique=True, verbose_name='key')),
                        ('subject', models.CharField(db_index=True, max_length=60, verbose_name='subject')),
                        ('memo', models.CharField(max_length=60, verbose_name='memo')),
                        ('region_id', models.BigIntegerField(verbose_name='region')),
                        ('at', models.DateTimeField(verbose_name='at')),
                    ],
                    options={
                        'verbose_name': 'ledger entry',
                        'verbose_name_plural': 'ledger entries',
                    },
                ),
                migrations.CreateModel(
                    name='Posting',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='bookings_ledger.entry', verbose_name='entry')),
                        ('account', models.CharField(db_index=True, max_length=60, verbose_name='account')),
                        ('amount_fen', models.BigIntegerField(verbose_name='amount (fen)')),
                        ('currency', models.CharField(default='CNY', max_length=3, verbose_name='currency')),
                    ],
                    options={
                        'verbose_name': 'posting',
                        'verbose_name_plural': 'postings',
                        'constraints': [models.CheckConstraint(condition=models.Q(('amount_fen', 0), _negated=True), name='bookings_ledger_posting_not_zero')],
                    },
                ),
            ],
        ),
        migrations.RunSQL(APPEND_ONLY, NO_APPEND_ONLY),
    ]
