"""Rules of points are only ever followed by a new version: nothing that held can be changed."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION bookings_points_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was published stays: % on %', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER bookings_points_scheme_stays
    BEFORE UPDATE OR DELETE ON bookings_points_scheme
    FOR EACH ROW EXECUTE FUNCTION bookings_points_refuse_change();
"""

BACKWARD = """
DROP TRIGGER bookings_points_scheme_stays ON bookings_points_scheme;
DROP FUNCTION bookings_points_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = (("bookings_points", "0001_initial"),)
    operations = (migrations.RunSQL(FORWARD, BACKWARD),)
