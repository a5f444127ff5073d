"""A closed month stays as it was closed."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER bookings_settlement_monthclose_stays
    BEFORE UPDATE OR DELETE ON bookings_settlement_monthclose
    FOR EACH ROW EXECUTE FUNCTION bookings_settlement_refuse_change();
"""

BACKWARD = "DROP TRIGGER bookings_settlement_monthclose_stays ON bookings_settlement_monthclose;"


class Migration(migrations.Migration):
    dependencies = (("bookings_settlement", "0009_closed_months"),)
    operations = (migrations.RunSQL(FORWARD, BACKWARD),)
