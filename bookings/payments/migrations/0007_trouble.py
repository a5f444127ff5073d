from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("bookings_payments", "0006_disputes_by_number"),)
    operations = (
        migrations.AddField(
            model_name="attempt",
            name="trouble",
            field=models.CharField(
                blank=True,
                choices=[
                    ("UNFIT", "the payment service has another sum, currency or reference"),
                    ("UNANSWERED", "over for a day, and nobody knows how it ended"),
                ],
                db_default="",
                default="",
                max_length=10,
                verbose_name="trouble",
            ),
        ),
        migrations.AlterField(
            model_name="providerevent",
            name="state",
            field=models.CharField(
                choices=[
                    ("APPLIED", "applied"),
                    ("IGNORED", "nothing to do"),
                    ("REJECTED", "about a payment that we do not know"),
                ],
                max_length=10,
                verbose_name="state",
            ),
        ),
    )
