from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bookings_desk", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="blocknumber",
            name="name_trouble",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=40,
                verbose_name="why it has no name",
            ),
        ),
    ]
