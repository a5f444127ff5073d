"""A rate is only ever followed by a new version: nothing that was agreed can be changed."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION bookings_referrals_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was agreed stays: % on %', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER bookings_referrals_rate_stays
    BEFORE UPDATE OR DELETE ON bookings_referrals_rate
    FOR EACH ROW EXECUTE FUNCTION bookings_referrals_refuse_change();
"""

BACKWARD = """
DROP TRIGGER bookings_referrals_rate_stays ON bookings_referrals_rate;
DROP FUNCTION bookings_referrals_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = (("bookings_referrals", "0001_initial"),)
    operations = (migrations.RunSQL(FORWARD, BACKWARD),)
