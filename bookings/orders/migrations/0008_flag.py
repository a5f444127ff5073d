from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = (("bookings_orders", "0007_all_or_nothing"),)
    operations = (
        migrations.AddField(
            "order",
            "flag",
            models.CharField(
                blank=True,
                choices=[
                    ("", "nothing"),
                    ("DISPUTED", "the bank disputes the payment"),
                    ("RETURNED", "money was returned without us"),
                ],
                db_default="",
                default="",
                max_length=10,
                verbose_name="to be looked at",
            ),
        ),
        AddIndexConcurrently(
            "order",
            models.Index(
                fields=("flag",),
                condition=models.Q(("flag", ""), _negated=True),
                name="bookings_orders_order_flag",
            ),
        ),
    )
