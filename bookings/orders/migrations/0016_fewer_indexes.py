"""Nobody looks for the beginning of a code, a token or a blind index.

Django makes these beside the plain ones, at the end of the migration that makes the table, and asks
nothing of them later. Where 0002 has dropped them nothing is done.
"""

from django.db import migrations

_LIKE = (
    "bookings_orders_order_code_a9df5aa1_like",
    "bookings_orders_order_contact_index_b9624f36_like",
    "bookings_orders_order_token_73640f3d_like",
)


class Migration(migrations.Migration):
    dependencies = (("bookings_orders", "0015_unused_lines"),)
    operations = tuple(
        migrations.RunSQL(f"DROP INDEX IF EXISTS {name}", migrations.RunSQL.noop) for name in _LIKE
    )
