"""A contract is only ever followed by a new version: nothing that was agreed can be changed."""

from django.db import migrations

FORWARD = """
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

BACKWARD = """
DROP TRIGGER bookings_settlement_linerate_stays ON bookings_settlement_linerate;
DROP TRIGGER bookings_settlement_rate_stays ON bookings_settlement_rate;
DROP TRIGGER bookings_settlement_contract_stays ON bookings_settlement_contract;
DROP FUNCTION bookings_settlement_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = (("bookings_settlement", "0001_initial"),)
    operations = (migrations.RunSQL(FORWARD, BACKWARD),)
