import django.db.models.deletion
import kernel.postgres.creating
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('bookings_tabs', '0001_initial'), ('bookings_tabs', '0002_open_within_limit'), ('bookings_tabs', '0003_validate_open_within_limit'), ('bookings_tabs', '0004_payouts_of_tabs'), ('bookings_tabs', '0005_administrators')]

    initial = True

    dependencies = [
        ('accounts_identity', '__first__'),
        ('kernel_places', '0002_calendarday'),
    ]

    operations = [
        kernel.postgres.creating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='Tab',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=80, unique=True, verbose_name='holder')),
                        ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='kernel_places.region', verbose_name='region')),
                        ('currency', models.CharField(default='CNY', max_length=3, verbose_name='currency')),
                        ('limit_fen', models.BigIntegerField(verbose_name='limit (fen)')),
                        ('used_fen', models.BigIntegerField(default=0, verbose_name='used and not paid (fen)')),
                        ('pay_within_days', models.PositiveSmallIntegerField(default=15, verbose_name='days to pay a bill')),
                        ('is_open', models.BooleanField(default=True, verbose_name='open')),
                    ],
                    options={
                        'verbose_name': 'tab',
                        'verbose_name_plural': 'tabs',
                        'constraints': [models.CheckConstraint(condition=models.Q(('used_fen__lte', models.F('limit_fen')), ('is_open', False), _connector='OR'), name='bookings_tabs_tab_open_within_limit'), models.CheckConstraint(condition=models.Q(('limit_fen__gte', 0), ('pay_within_days__gt', 0)), name='bookings_tabs_tab_sums')],
                    },
                ),
                migrations.CreateModel(
                    name='Member',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('tab', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='members', to='bookings_tabs.tab', verbose_name='tab')),
                        ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                        ('is_admin', models.BooleanField(db_default=False, default=False, verbose_name='administrator')),
                    ],
                    options={
                        'verbose_name': 'person on a tab',
                        'verbose_name_plural': 'people on tabs',
                    },
                ),
                migrations.CreateModel(
                    name='Bill',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('tab', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bills', to='bookings_tabs.tab', verbose_name='tab')),
                        ('month', models.DateField(verbose_name='month')),
                        ('amount_fen', models.BigIntegerField(verbose_name='amount (fen)')),
                        ('issued_at', models.DateTimeField(verbose_name='issued at')),
                        ('due_at', models.DateTimeField(verbose_name='due at')),
                        ('paid_at', models.DateTimeField(blank=True, null=True, verbose_name='paid at')),
                        ('attempt_id', models.BigIntegerField(blank=True, null=True, verbose_name='payment')),
                    ],
                    options={
                        'verbose_name': 'monthly bill',
                        'verbose_name_plural': 'monthly bills',
                        'indexes': [models.Index(condition=models.Q(('paid_at__isnull', True)), fields=['tab', 'due_at'], name='bookings_tabs_bill_unpaid')],
                        'constraints': [models.UniqueConstraint(fields=('tab', 'month'), name='bookings_tabs_bill_month'), models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0)), name='bookings_tabs_bill_amount')],
                    },
                ),
                migrations.CreateModel(
                    name='Item',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('tab', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='bookings_tabs.tab', verbose_name='tab')),
                        ('token', models.CharField(max_length=40, unique=True, verbose_name='token')),
                        ('fen', models.BigIntegerField(verbose_name='amount (fen)')),
                        ('returned_fen', models.BigIntegerField(default=0, verbose_name='returned (fen)')),
                        ('of', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='returns', to='bookings_tabs.item', verbose_name='payment that it returns')),
                        ('actor', models.CharField(blank=True, max_length=64, verbose_name='payer')),
                        ('words', models.CharField(blank=True, max_length=60, verbose_name='words')),
                        ('at', models.DateTimeField(verbose_name='at')),
                        ('bill', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='items', to='bookings_tabs.bill', verbose_name='monthly bill')),
                    ],
                    options={
                        'verbose_name': 'line of a tab',
                        'verbose_name_plural': 'lines of tabs',
                        'indexes': [models.Index(condition=models.Q(('bill__isnull', True)), fields=['tab', 'at'], name='bookings_tabs_item_unbilled')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('fen', 0), _negated=True), name='bookings_tabs_item_fen'), models.CheckConstraint(condition=models.Q(('returned_fen', 0), models.Q(('fen__gt', 0), ('returned_fen__gt', 0), ('returned_fen__lte', models.F('fen'))), _connector='OR'), name='bookings_tabs_item_returned')],
                    },
                ),
                migrations.CreateModel(
                    name='Payout',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('tab', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payouts', to='bookings_tabs.tab', verbose_name='tab')),
                        ('fen', models.BigIntegerField(verbose_name='amount (fen)')),
                        ('asked_by', models.CharField(max_length=64, verbose_name='asked by')),
                        ('asked_at', models.DateTimeField(verbose_name='asked at')),
                        ('approved_by', models.CharField(blank=True, max_length=64, verbose_name='approved by')),
                        ('paid_at', models.DateTimeField(blank=True, null=True, verbose_name='paid out at')),
                        ('dropped_at', models.DateTimeField(blank=True, null=True, verbose_name='given up at')),
                    ],
                    options={
                        'verbose_name': 'payout of a tab',
                        'verbose_name_plural': 'payouts of tabs',
                        'constraints': [models.UniqueConstraint(condition=models.Q(('dropped_at__isnull', True), ('paid_at__isnull', True)), fields=('tab',), name='bookings_tabs_payout_one_open'), models.CheckConstraint(condition=models.Q(('fen__gt', 0)), name='bookings_tabs_payout_fen'), models.CheckConstraint(condition=models.Q(('approved_by', models.F('asked_by')), _negated=True), name='bookings_tabs_payout_two_people'), models.CheckConstraint(condition=models.Q(('paid_at__isnull', True), ('dropped_at__isnull', True), _connector='OR'), name='bookings_tabs_payout_one_end')],
                    },
                ),
            ],
        ),
    ]
