"""What was sent stays as it was sent, and an earning stays on the statement it is on."""

from django.db import migrations

FORWARD = """
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

BACKWARD = """
DROP TRIGGER bookings_settlement_earning_stays ON bookings_settlement_earning;
DROP TRIGGER bookings_settlement_statement_kept ON bookings_settlement_statement;
DROP TRIGGER bookings_settlement_statement_stays ON bookings_settlement_statement;
"""


class Migration(migrations.Migration):
    dependencies = (("bookings_settlement", "0004_statements"),)
    operations = (migrations.RunSQL(FORWARD, BACKWARD),)
