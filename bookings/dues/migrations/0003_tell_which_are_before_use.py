"""A sum that falls due on a date must be there before use."""

from django.db import migrations

_TELL = """
    UPDATE bookings_dues_laterdue AS due SET is_before_use = TRUE FROM bookings_orders_line AS line
    WHERE line.id = due.line_id AND due.state = 'OPEN'
        AND (line.dues -> due.position::integer) ->> 'when' NOT IN ('ORDER', 'AFTER_USE')
"""


class Migration(migrations.Migration):
    dependencies = (
        ("bookings_dues", "0002_before_use"),
        ("bookings_orders", "0008_flag"),
    )
    operations = (migrations.RunSQL(_TELL, migrations.RunSQL.noop),)
