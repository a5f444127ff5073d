from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("tourism_areas", "0003_gates_and_joint_scans"),)
    operations = (
        migrations.AddField(
            "gate",
            "asks_first",
            models.BooleanField("show first, then confirm", default=False, db_default=False),
        ),
    )
