from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("bookings_refunds", "0009_of_no_payment"),
    ]

    operations = [
        ValidateConstraint("refund", "bookings_refunds_refund_sent_by_a_payment"),
    ]
