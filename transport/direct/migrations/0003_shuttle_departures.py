import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Only fleet's is a vehicle; here one leaves. Table and columns stay: code of before goes on working."""

    dependencies = [
        ("transport_direct", "0002_leaving_key"),
    ]

    operations = [
        migrations.AlterModelTable("Vehicle", "transport_direct_vehicle"),
        migrations.RenameModel("Vehicle", "ShuttleDeparture"),
        migrations.AlterModelOptions(
            "ShuttleDeparture",
            {
                "verbose_name": "departure of a shuttle",
                "verbose_name_plural": "departures of shuttles",
            },
        ),
        migrations.AlterField(
            "ShuttleDeparture",
            "shuttle",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="departures",
                to="transport_direct.directshuttle",
                verbose_name="direct shuttle",
            ),
        ),
    ]
