"""A payout is of one statement and sum for good; what a supplier has entered as its account stays."""

from django.db import migrations

FORWARD = """
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

BACKWARD = """
DROP TRIGGER bookings_settlement_bankaccount_stays ON bookings_settlement_bankaccount;
DROP TRIGGER bookings_settlement_payout_kept ON bookings_settlement_payout;
DROP TRIGGER bookings_settlement_payout_stays ON bookings_settlement_payout;
"""


class Migration(migrations.Migration):
    dependencies = (("bookings_settlement", "0006_payouts"),)
    operations = (migrations.RunSQL(FORWARD, BACKWARD),)
