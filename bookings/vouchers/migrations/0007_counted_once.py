"""An entry is counted once, an exit beside it; the index is made while gates scan."""

from django.db import migrations, models
from django.db.models import Q

_NEW = "bookings_vouchers_redemption_counted"
_BUILD = f"""
    CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS {_NEW}
    ON bookings_vouchers_redemption (voucher_id, entry_no)
    WHERE direction = 'IN' AND undone_at IS NULL
"""


class Migration(migrations.Migration):
    atomic = False
    dependencies = (("bookings_vouchers", "0006_passages"),)
    operations = (
        migrations.SeparateDatabaseAndState(
            [migrations.RunSQL(_BUILD, f"DROP INDEX CONCURRENTLY IF EXISTS {_NEW}")],
            [
                migrations.AddConstraint(
                    "redemption",
                    models.UniqueConstraint(
                        fields=("voucher", "entry_no"),
                        condition=Q(direction="IN", undone_at__isnull=True),
                        name=_NEW,
                    ),
                )
            ],
        ),
        migrations.RemoveConstraint("redemption", "bookings_vouchers_redemption_entry"),
    )
