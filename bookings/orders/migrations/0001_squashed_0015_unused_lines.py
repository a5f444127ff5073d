import django.db.models.deletion
import django.db.models.expressions
import kernel.postgres.creating
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('bookings_orders', '0001_initial'), ('bookings_orders', '0002_fewer_indexes'), ('bookings_orders', '0003_received'), ('bookings_orders', '0004_validate_received'), ('bookings_orders', '0005_journeys'), ('bookings_orders', '0006_journeys_beside_the_traffic'), ('bookings_orders', '0007_all_or_nothing'), ('bookings_orders', '0008_flag'), ('bookings_orders', '0009_kept_of_a_change'), ('bookings_orders', '0010_validate_kept_of_a_change'), ('bookings_orders', '0011_secured_by'), ('bookings_orders', '0012_tell_who_secured'), ('bookings_orders', '0013_moved_by_its_supplier'), ('bookings_orders', '0014_via'), ('bookings_orders', '0015_unused_lines')]

    initial = True

    dependencies = [
        ('accounts_organisations', '0001_initial'),
        ('kernel_places', '0002_calendarday'),
    ]

    operations = [
        kernel.postgres.creating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='Order',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('code', models.CharField(max_length=16, unique=True, verbose_name='order number')),
                        ('token', models.CharField(max_length=32, unique=True, verbose_name='token')),
                        ('region', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='kernel_places.region', verbose_name='region')),
                        ('actor', models.CharField(max_length=64, verbose_name='buyer')),
                        ('user_id', models.BigIntegerField(blank=True, db_index=True, null=True, verbose_name='user')),
                        ('request_key', models.CharField(max_length=64, verbose_name='request key')),
                        ('body_hash', models.CharField(max_length=64, verbose_name='hash of the request')),
                        ('currency', models.CharField(default='CNY', max_length=3, verbose_name='currency')),
                        ('total_fen', models.BigIntegerField(verbose_name='total (fen)')),
                        ('due_now_fen', models.BigIntegerField(verbose_name='to pay now (fen)')),
                        ('received_fen', models.BigIntegerField(db_default=0, default=0, verbose_name='paid of it (fen)')),
                        ('deposit_fen', models.BigIntegerField(db_default=0, default=0, verbose_name='deposit (fen)')),
                        ('secured_fen', models.BigIntegerField(db_default=0, default=0, verbose_name='deposit held (fen)')),
                        ('secured_by', models.BigIntegerField(blank=True, null=True, verbose_name='payment that holds the deposit')),
                        ('parent', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='bookings_orders.order', verbose_name='belongs to')),
                        ('credit_fen', models.BigIntegerField(db_default=0, default=0, verbose_name='brought in by a change (fen)')),
                        ('is_all_or_nothing', models.BooleanField(db_default=False, default=False, verbose_name='all or nothing')),
                        ('via', models.CharField(blank=True, db_default='', default='', max_length=16, verbose_name='recommended by the code')),
                        ('flag', models.CharField(blank=True, choices=[('', 'nothing'), ('DISPUTED', 'the bank disputes the payment'), ('RETURNED', 'money was returned without us')], db_default='', default='', max_length=10, verbose_name='to be looked at')),
                        ('language', models.CharField(max_length=10, verbose_name='language')),
                        ('channel', models.CharField(default='own', max_length=20, verbose_name='channel')),
                        ('contact_sealed', models.TextField(blank=True, verbose_name='contact, sealed')),
                        ('contact_index', models.CharField(blank=True, db_index=True, max_length=64, verbose_name='contact index')),
                        ('contact_masked', models.CharField(blank=True, max_length=40, verbose_name='contact')),
                        ('placed_at', models.DateTimeField(db_index=True, verbose_name='placed at')),
                        ('due_at', models.DateTimeField(verbose_name='held until')),
                        ('paid_at', models.DateTimeField(blank=True, null=True, verbose_name='paid at')),
                    ],
                    options={
                        'verbose_name': 'order',
                        'verbose_name_plural': 'orders',
                        'indexes': [models.Index(condition=models.Q(('parent__isnull', False)), fields=['parent'], name='bookings_orders_order_parent'), models.Index(condition=models.Q(('flag', ''), _negated=True), fields=['flag'], name='bookings_orders_order_flag')],
                        'constraints': [models.UniqueConstraint(fields=('actor', 'request_key'), name='bookings_orders_order_request'), models.CheckConstraint(condition=models.Q(('due_now_fen__gte', 0), ('total_fen__gte', models.F('due_now_fen'))), name='bookings_orders_order_due_within_total'), models.CheckConstraint(condition=models.Q(('received_fen__gte', 0), ('received_fen__lte', models.F('due_now_fen'))), name='bookings_orders_order_received_within_due'), models.CheckConstraint(condition=models.Q(('secured_fen__gte', 0), ('secured_fen__lte', models.F('deposit_fen'))), name='bookings_orders_order_secured_within_deposit'), models.CheckConstraint(condition=models.Q(('credit_fen__gte', 0), ('due_now_fen__gte', django.db.models.expressions.CombinedExpression(models.F('credit_fen'), '+', models.F('received_fen')))), name='bookings_orders_order_credit_within_due')],
                    },
                ),
                migrations.CreateModel(
                    name='Line',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('order', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='bookings_orders.order', verbose_name='order')),
                        ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                        ('kind', models.CharField(max_length=20, verbose_name='kind')),
                        ('ref', models.CharField(max_length=80, verbose_name='reference')),
                        ('supplier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='accounts_organisations.organisation', verbose_name='supplier')),
                        ('region_id', models.BigIntegerField(verbose_name='region')),
                        ('title', models.JSONField(verbose_name='title')),
                        ('subtitle', models.JSONField(blank=True, default=dict, verbose_name='subtitle')),
                        ('place_id', models.BigIntegerField(blank=True, null=True, verbose_name='place')),
                        ('starts_at', models.DateTimeField(verbose_name='starts at')),
                        ('ends_at', models.DateTimeField(verbose_name='ends at')),
                        ('moved_from', models.DateTimeField(blank=True, null=True, verbose_name='was to start at')),
                        ('moved_at', models.DateTimeField(blank=True, null=True, verbose_name='moved by its supplier at')),
                        ('units', models.PositiveIntegerField(verbose_name='units')),
                        ('price_fen', models.BigIntegerField(verbose_name='price (fen)')),
                        ('parts', models.JSONField(verbose_name='parts')),
                        ('terms', models.JSONField(verbose_name='terms')),
                        ('dues', models.JSONField(verbose_name='dues')),
                        ('facts', models.JSONField(blank=True, default=dict, verbose_name='facts')),
                        ('bundle_id', models.CharField(blank=True, max_length=40, verbose_name='bundle')),
                        ('is_sample', models.BooleanField(default=False, verbose_name='sample data')),
                        ('state', models.CharField(choices=[('HELD', 'held, waiting for payment'), ('LAPSED', 'lapsed, not paid in time'), ('PAID', 'paid'), ('AWAITING_SUPPLIER', 'waiting for the supplier'), ('CONFIRMED', 'confirmed'), ('REFUSED', 'refused by the supplier'), ('USED', 'used'), ('CANCELLED', 'cancelled')], default='HELD', max_length=20, verbose_name='state')),
                        ('cancelled_parts', models.JSONField(blank=True, default=list, verbose_name='cancelled parts')),
                        ('used_parts', models.JSONField(blank=True, default=list, verbose_name='used parts')),
                    ],
                    options={
                        'verbose_name': 'order line',
                        'verbose_name_plural': 'order lines',
                        'indexes': [models.Index(condition=models.Q(('state__in', ('HELD', 'PAID', 'AWAITING_SUPPLIER'))), fields=['order'], name='bookings_orders_line_open'), models.Index(fields=['kind', 'ref'], name='bookings_orders_line_ref'), models.Index(condition=models.Q(('state', 'CONFIRMED')), fields=['ends_at'], name='bookings_orders_line_unused')],
                        'constraints': [models.UniqueConstraint(fields=('order', 'position'), name='bookings_orders_line_position'), models.CheckConstraint(condition=models.Q(('state__in', ['HELD', 'LAPSED', 'PAID', 'AWAITING_SUPPLIER', 'CONFIRMED', 'REFUSED', 'USED', 'CANCELLED'])), name='bookings_orders_line_state_known'), models.CheckConstraint(condition=models.Q(('price_fen__gte', 0)), name='bookings_orders_line_price_not_negative')],
                    },
                ),
                migrations.CreateModel(
                    name='Change',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='bookings_orders.line', verbose_name='order line')),
                        ('order', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='change', to='bookings_orders.order', verbose_name='new order')),
                        ('part_keys', models.JSONField(verbose_name='parts')),
                        ('credit_fen', models.BigIntegerField(verbose_name='brought in (fen)')),
                        ('back_fen', models.BigIntegerField(verbose_name='comes back (fen)')),
                        ('kept_fen', models.BigIntegerField(db_default=0, default=0, verbose_name='kept by the terms (fen)')),
                        ('permille', models.PositiveSmallIntegerField(verbose_name='share that can come back (permille)')),
                        ('state', models.CharField(choices=[('PENDING', 'waiting for the difference'), ('DONE', 'done'), ('VOID', 'did not come about')], default='PENDING', max_length=10, verbose_name='state')),
                        ('actor', models.CharField(max_length=64, verbose_name='asked by')),
                        ('created_at', models.DateTimeField(verbose_name='asked at')),
                    ],
                    options={
                        'verbose_name': 'change',
                        'verbose_name_plural': 'changes',
                        'constraints': [models.CheckConstraint(condition=models.Q(('credit_fen__gte', 0), ('back_fen__gte', 0), ('permille__lte', 1000)), name='bookings_orders_change_sums'), models.CheckConstraint(condition=models.Q(('kept_fen__gte', 0)), name='bookings_orders_change_kept_not_negative')],
                    },
                ),
                migrations.CreateModel(
                    name='Hold',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('line', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='holds', to='bookings_orders.line', verbose_name='line')),
                        ('bucket_id', models.BigIntegerField(db_index=True, verbose_name='bucket')),
                        ('units', models.PositiveIntegerField(verbose_name='units')),
                        ('released', models.PositiveIntegerField(default=0, verbose_name='released')),
                    ],
                    options={
                        'verbose_name': 'hold',
                        'verbose_name_plural': 'holds',
                        'constraints': [models.UniqueConstraint(fields=('line', 'bucket_id'), name='bookings_orders_hold_line_bucket'), models.CheckConstraint(condition=models.Q(('released__lte', models.F('units'))), name='bookings_orders_hold_released')],
                    },
                ),
            ],
        ),
    ]
