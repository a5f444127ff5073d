from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings_refunds", "0012_handed_on"),
    ]

    operations = [
        migrations.AlterField(
            model_name="refund",
            name="reason",
            field=models.CharField(
                choices=[
                    ("BUYER", "cancelled by the buyer"),
                    ("HARDSHIP", "agreed for a hardship"),
                    ("OUTSIDE", "returned by the payment service without us"),
                    ("OPERATOR", "cancelled by the operator"),
                    ("SUPPLIER", "refused by the supplier"),
                    ("PAID_TWICE", "paid twice"),
                    ("LATE_AND_GONE", "paid late, the places were gone"),
                    ("GIVEN_UP", "paid after the order was given up"),
                    ("CHANGED", "changed to something cheaper"),
                    ("DEPOSIT", "deposit returned"),
                    ("NOT_IN_FULL", "the rest was not paid in time"),
                    ("HANDED_ON", "taken by the waiting list"),
                    ("CREDITED", "credited to your balance with a bonus, as you chose"),
                    ("WRONG_AMOUNT", "another amount than asked for"),
                ],
                max_length=20,
                verbose_name="reason",
            ),
        ),
    ]
