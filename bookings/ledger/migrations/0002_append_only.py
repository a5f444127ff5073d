"""The ledger defends itself: rows cannot be changed, and every entry sums to zero at commit."""

from django.db import migrations

FORWARD = """
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

BACKWARD = """
DROP TRIGGER bookings_ledger_posting_sums_to_zero ON bookings_ledger_posting;
DROP TRIGGER bookings_ledger_posting_no_truncate ON bookings_ledger_posting;
DROP TRIGGER bookings_ledger_posting_append_only ON bookings_ledger_posting;
DROP TRIGGER bookings_ledger_entry_no_truncate ON bookings_ledger_entry;
DROP TRIGGER bookings_ledger_entry_append_only ON bookings_ledger_entry;
DROP FUNCTION bookings_ledger_check_sum();
DROP FUNCTION bookings_ledger_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = (("bookings_ledger", "0001_initial"),)
    operations = (migrations.RunSQL(FORWARD, BACKWARD),)
