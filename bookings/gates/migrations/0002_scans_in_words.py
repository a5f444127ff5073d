"""Ways and how a code was shown have names; the columns stay as they are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bookings_gates", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="gatescan",
            name="direction",
            field=models.CharField(
                choices=[("IN", "in"), ("OUT", "out")],
                default="IN",
                max_length=3,
                verbose_name="direction",
            ),
        ),
        migrations.AlterField(
            model_name="gatescan",
            name="shown",
            field=models.CharField(
                choices=[
                    ("CODE", "code on a phone"),
                    ("PAPER", "code on paper"),
                    ("DOCUMENT", "document"),
                    ("DIGITS", "six digits"),
                    ("LIST", "chosen from the list"),
                ],
                default="CODE",
                max_length=10,
                verbose_name="shown as",
            ),
        ),
    ]
