import kernel.postgres.creating
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('bookings_pricing', '0001_initial'), ('bookings_pricing', '0002_readable_examples')]

    initial = True

    dependencies = [
    ]

    operations = [
        kernel.postgres.creating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='PriceAudit',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('made_at', models.DateTimeField(db_index=True, verbose_name='made at')),
                        ('pairs', models.PositiveIntegerField(verbose_name='pairs compared')),
                        ('unpriced', models.PositiveIntegerField(verbose_name='pairs without a price')),
                        ('differing', models.PositiveIntegerField(verbose_name='pairs with different prices')),
                        ('examples', models.TextField(blank=True, verbose_name='examples')),
                    ],
                    options={
                        'verbose_name': 'audit of prices',
                        'verbose_name_plural': 'audits of prices',
                    },
                ),
            ],
        ),
    ]
