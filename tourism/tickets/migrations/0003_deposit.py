"""A deposit for what is lent with a ticket."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tourism_tickets", "0002_price_rules")]

    operations = [
        migrations.AddField(
            model_name="product",
            name="deposit_fen",
            field=models.PositiveIntegerField(
                db_default=0,
                default=0,
                help_text="For what is lent with the ticket: held until a day after the visit.",
                verbose_name="deposit a person (fen)",
            ),
        ),
    ]
