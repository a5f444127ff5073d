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
    dependencies = (
        ("bookings_orders", "0011_secured_by"),
        ("bookings_payments", "0004_rest"),
        ("bookings_deposits", "0001_initial"),
    )
    operations = (migrations.RunSQL(_TELL, migrations.RunSQL.noop),)
