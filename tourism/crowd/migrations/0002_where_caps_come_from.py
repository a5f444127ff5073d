from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tourism_crowd", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="watch",
            name="confidence",
            field=models.CharField(
                choices=[
                    ("HIGH", "high: an official figure, or two independent sources"),
                    ("MEDIUM", "medium: one unofficial source"),
                    ("LOW", "low: a plausible guess"),
                ],
                default="LOW",
                max_length=6,
                verbose_name="confidence",
            ),
        ),
        migrations.AddField(
            model_name="watch",
            name="confirmed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="confirmed at"),
        ),
        migrations.AddField(
            model_name="watch",
            name="confirmed_by",
            field=models.CharField(blank=True, max_length=64, verbose_name="confirmed by"),
        ),
        migrations.AddField(
            model_name="watch",
            name="loaded_digest",
            field=models.CharField(blank=True, editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name="watch",
            name="source",
            field=models.TextField(blank=True, verbose_name="source"),
        ),
    ]
