from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("bookings_payments", "0008_find_unknown_notices"),)
    operations = (
        migrations.AlterField(
            model_name="attempt",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("ORDER", "an order"),
                    ("SHARE", "a friend's share of an order"),
                    ("DEPOSIT", "a deposit"),
                    ("REST", "what an order owes later"),
                    ("TOP_UP", "topping up a balance"),
                    ("BILL", "a monthly bill"),
                ],
                db_default="ORDER",
                default="ORDER",
                max_length=10,
                verbose_name="purpose",
            ),
        ),
    )
