from django.db import migrations, models

from accounts.travellers.checks import Outcome


class Migration(migrations.Migration):
    dependencies = (("accounts_travellers", "0001_initial"),)
    operations = (
        migrations.AddField(
            "traveller",
            "check_outcome",
            models.CharField(
                "name and number",
                max_length=8,
                choices=Outcome.choices,
                blank=True,
                default="",
                db_default="",
            ),
        ),
        migrations.AddField(
            "traveller", "checked_at", models.DateTimeField("compared at", null=True, blank=True)
        ),
        migrations.AddField(
            "traveller",
            "checked_by",
            models.CharField("compared by", max_length=20, blank=True, default="", db_default=""),
        ),
        migrations.AddField(
            "traveller",
            "check_due_at",
            models.DateTimeField("to be compared at", null=True, blank=True),
        ),
        migrations.AddField(
            "traveller",
            "check_tries",
            models.PositiveSmallIntegerField("tries", default=0, db_default=0),
        ),
    )
