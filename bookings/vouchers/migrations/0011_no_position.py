"""The order of use is said by nobody: the model forgets it; its column has a default, and goes later.

Processes of the release before still name the column while this one is rolled out.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("bookings_vouchers", "0010_what_ends")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[],
            state_operations=[migrations.RemoveField(model_name="voucher", name="position")],
        )
    ]
