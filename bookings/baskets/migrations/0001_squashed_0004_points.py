import django.db.models.deletion
import kernel.postgres.creating
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('bookings_baskets', '0001_initial'), ('bookings_baskets', '0002_parent'), ('bookings_baskets', '0003_coupons'), ('bookings_baskets', '0004_points')]

    initial = True

    dependencies = [
        ('kernel_places', '0001_initial'),
    ]

    operations = [
        kernel.postgres.creating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='Basket',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('actor', models.CharField(max_length=64, verbose_name='buyer')),
                        ('region', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='kernel_places.region', verbose_name='region')),
                        ('traveller_ids', models.JSONField(blank=True, default=list, verbose_name='travellers')),
                        ('parent_id', models.BigIntegerField(blank=True, null=True, verbose_name='added to the order')),
                        ('unused_coupons', models.JSONField(blank=True, db_default=[], default=list, verbose_name='coupons kept for later')),
                        ('uses_points', models.BooleanField(db_default=False, default=False, verbose_name='paid with points')),
                        ('request_key', models.CharField(max_length=64, verbose_name='request key')),
                        ('touched_at', models.DateTimeField(verbose_name='last change')),
                    ],
                    options={
                        'verbose_name': 'basket',
                        'verbose_name_plural': 'baskets',
                        'constraints': [models.UniqueConstraint(fields=('actor', 'region'), name='bookings_baskets_basket_actor')],
                    },
                ),
                migrations.CreateModel(
                    name='Item',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('basket', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='bookings_baskets.basket', verbose_name='basket')),
                        ('kind', models.CharField(max_length=20, verbose_name='kind')),
                        ('ref', models.CharField(max_length=80, verbose_name='reference')),
                        ('classes', models.JSONField(default=list, verbose_name='classes')),
                        ('people', models.JSONField(blank=True, default=list, verbose_name='people')),
                        ('quantity', models.PositiveIntegerField(default=1, verbose_name='quantity')),
                    ],
                    options={
                        'verbose_name': 'basket item',
                        'verbose_name_plural': 'basket items',
                        'constraints': [models.UniqueConstraint(fields=('basket', 'kind', 'ref'), name='bookings_baskets_item_ref')],
                    },
                ),
            ],
        ),
    ]
