import django.db.models.deletion
import kernel.postgres.creating
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('bookings_desk', '0001_initial'), ('bookings_desk', '0002_named_afterwards')]

    initial = True

    dependencies = [
        ('accounts_identity', '__first__'),
        ('accounts_organisations', '0001_initial'),
        ('bookings_cash', '0001_initial'),
        ('bookings_orders', '0015_unused_lines'),
    ]

    operations = [
        kernel.postgres.creating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='Sale',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('shift', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sales', to='bookings_cash.shift', verbose_name='shift')),
                        ('order', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='bookings_orders.order', verbose_name='order')),
                        ('given_fen', models.BigIntegerField(blank=True, null=True, verbose_name='given (fen)')),
                        ('at', models.DateTimeField(verbose_name='at')),
                    ],
                    options={
                        'verbose_name': 'sale at a counter',
                        'verbose_name_plural': 'sales at counters',
                        'constraints': [models.CheckConstraint(condition=models.Q(('given_fen__isnull', True), ('given_fen__gte', 0), _connector='OR'), name='bookings_desk_sale_given')],
                    },
                ),
                migrations.CreateModel(
                    name='NumberBlock',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='accounts_organisations.organisation', verbose_name='organisation')),
                        ('clerk', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='clerk')),
                        ('region_id', models.BigIntegerField(verbose_name='region')),
                        ('device_key', models.CharField(max_length=64, unique=True, verbose_name='key of the browser')),
                        ('kind', models.CharField(max_length=20, verbose_name='kind')),
                        ('ref', models.CharField(max_length=80, verbose_name='reference')),
                        ('reserved_at', models.DateTimeField(verbose_name='reserved at')),
                        ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed at')),
                    ],
                    options={
                        'verbose_name': 'block of numbers',
                        'verbose_name_plural': 'blocks of numbers',
                        'indexes': [models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['clerk'], name='bookings_desk_block_open')],
                    },
                ),
                migrations.CreateModel(
                    name='BlockNumber',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('block', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='numbers', to='bookings_desk.numberblock', verbose_name='block of numbers')),
                        ('number', models.PositiveSmallIntegerField(verbose_name='number')),
                        ('order', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='bookings_orders.order', verbose_name='order')),
                        ('price_fen', models.BigIntegerField(verbose_name='price (fen)')),
                        ('returned_fen', models.BigIntegerField(default=0, verbose_name='given back (fen)')),
                        ('token', models.CharField(blank=True, db_index=True, max_length=40, verbose_name='token')),
                        ('state', models.CharField(choices=[('RESERVED', 'reserved'), ('SOLD', 'sold'), ('RETURNED', 'given back')], default='RESERVED', max_length=8, verbose_name='state')),
                        ('sold_at', models.DateTimeField(blank=True, null=True, verbose_name='sold at')),
                        ('name_trouble', models.CharField(blank=True, db_default='', default='', max_length=40, verbose_name='why it has no name')),
                    ],
                    options={
                        'verbose_name': 'number of a block',
                        'verbose_name_plural': 'numbers of a block',
                        'constraints': [models.UniqueConstraint(fields=('block', 'number'), name='bookings_desk_number_once'), models.CheckConstraint(condition=models.Q(('price_fen__gte', 0), ('returned_fen__gte', 0), ('returned_fen__lte', models.F('price_fen'))), name='bookings_desk_number_sums'), models.CheckConstraint(condition=models.Q(models.Q(('sold_at__isnull', False), ('state', 'SOLD')), models.Q(models.Q(('state', 'SOLD'), _negated=True), ('sold_at__isnull', True)), _connector='OR'), name='bookings_desk_number_sold')],
                    },
                ),
            ],
        ),
    ]
