"""The calendar is the region's, not the areas': its rows stay where they are, kernel.places has them."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tourism_areas", "0001_initial"), ("kernel_places", "0002_calendarday")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.DeleteModel(name="CalendarDay")], database_operations=[]
        )
    ]
