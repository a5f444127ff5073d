from django.core.validators import MaxValueValidator
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tourism_tickets", "0014_stop_reason_en")]

    operations = [
        migrations.AddField(
            model_name="product",
            name="transfers",
            field=models.PositiveSmallIntegerField(
                db_default=1,
                default=1,
                help_text="To another person by name, who is checked like a buyer; 0: never.",
                validators=[MaxValueValidator(10)],
                verbose_name="may be handed on so many times",
            ),
        ),
        migrations.AddField(
            model_name="product",
            name="transfer_days",
            field=models.PositiveSmallIntegerField(
                db_default=1,
                default=1,
                help_text=(
                    "Until 24:00 of that day before the visit: 1 is the day before, 0 the day itself, as"
                    " long as nobody has come in. What was sold keeps the rule it was sold with."
                ),
                validators=[MaxValueValidator(60)],
                verbose_name="handed on until so many days before",
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(("transfer_days__lte", 60), ("transfers__lte", 10)),
                name="tourism_tickets_product_transfers",
            ),
        ),
    ]
