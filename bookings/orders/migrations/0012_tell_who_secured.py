"""Orders with a deposit that nobody has noted yet are told which payment holds it."""

from django.db import migrations

_TELL = """
    UPDATE bookings_orders_order AS o SET secured_by = (
        SELECT max(a.id) FROM bookings_payments_attempt AS a
        WHERE a.order_id = o.id AND a.purpose = 'DEPOSIT' AND a.state IN ('AUTHORISED', 'SUCCEEDED')
    )
    WHERE o.secured_fen > 0 AND NOT EXISTS (
        SELECT 1 FROM bookings_deposits_deposit AS d WHERE d.order_id = o.id
    )
"""


class Migration(migrations.Migration):
    # Runs after bookings_payments.0004 and bookings_deposits.0001, which come first by their names: to
    # name them here would make the joined migrations of the three wait for each other.
    dependencies = (("bookings_orders", "0011_secured_by"),)
    operations = (migrations.RunSQL(_TELL, migrations.RunSQL.noop),)
