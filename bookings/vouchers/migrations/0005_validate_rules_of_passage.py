from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = (("bookings_vouchers", "0004_rules_of_passage"),)
    operations = (
        ValidateConstraint("voucher", "bookings_vouchers_voucher_entries"),
        ValidateConstraint("voucher", "bookings_vouchers_voucher_used_up"),
        ValidateConstraint("voucher", "bookings_vouchers_voucher_inside_after_entry"),
    )
