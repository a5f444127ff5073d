import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('kernel_places', '0002_calendarday'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Bill',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
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
            },
        ),
        migrations.CreateModel(
            name='Tab',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, unique=True, verbose_name='holder')),
                ('currency', models.CharField(default='CNY', max_length=3, verbose_name='currency')),
                ('limit_fen', models.BigIntegerField(verbose_name='limit (fen)')),
                ('used_fen', models.BigIntegerField(default=0, verbose_name='used and not paid (fen)')),
                ('pay_within_days', models.PositiveSmallIntegerField(default=15, verbose_name='days to pay a bill')),
                ('is_open', models.BooleanField(default=True, verbose_name='open')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='kernel_places.region', verbose_name='region')),
            ],
            options={
                'verbose_name': 'tab',
                'verbose_name_plural': 'tabs',
            },
        ),
        migrations.CreateModel(
            name='Member',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('tab', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='members', to='bookings_tabs.tab', verbose_name='tab')),
            ],
            options={
                'verbose_name': 'person on a tab',
                'verbose_name_plural': 'people on tabs',
            },
        ),
        migrations.CreateModel(
            name='Item',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.CharField(max_length=40, unique=True, verbose_name='token')),
                ('fen', models.BigIntegerField(verbose_name='amount (fen)')),
                ('returned_fen', models.BigIntegerField(default=0, verbose_name='returned (fen)')),
                ('actor', models.CharField(blank=True, max_length=64, verbose_name='payer')),
                ('words', models.CharField(blank=True, max_length=60, verbose_name='words')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('bill', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='items', to='bookings_tabs.bill', verbose_name='monthly bill')),
                ('of', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='returns', to='bookings_tabs.item', verbose_name='payment that it returns')),
                ('tab', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='bookings_tabs.tab', verbose_name='tab')),
            ],
            options={
                'verbose_name': 'line of a tab',
                'verbose_name_plural': 'lines of tabs',
            },
        ),
        migrations.AddField(
            model_name='bill',
            name='tab',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bills', to='bookings_tabs.tab', verbose_name='tab'),
        ),
        migrations.AddConstraint(
            model_name='tab',
            constraint=models.CheckConstraint(condition=models.Q(('used_fen__lte', models.F('limit_fen'))), name='bookings_tabs_tab_within_limit'),
        ),
        migrations.AddConstraint(
            model_name='tab',
            constraint=models.CheckConstraint(condition=models.Q(('limit_fen__gte', 0), ('pay_within_days__gt', 0)), name='bookings_tabs_tab_sums'),
        ),
        migrations.AddIndex(
            model_name='item',
            index=models.Index(condition=models.Q(('bill__isnull', True)), fields=['tab', 'at'], name='bookings_tabs_item_unbilled'),
        ),
        migrations.AddConstraint(
            model_name='item',
            constraint=models.CheckConstraint(condition=models.Q(('fen', 0), _negated=True), name='bookings_tabs_item_fen'),
        ),
        migrations.AddConstraint(
            model_name='item',
            constraint=models.CheckConstraint(condition=models.Q(('returned_fen', 0), models.Q(('fen__gt', 0), ('returned_fen__gt', 0), ('returned_fen__lte', models.F('fen'))), _connector='OR'), name='bookings_tabs_item_returned'),
        ),
        migrations.AddIndex(
            model_name='bill',
            index=models.Index(condition=models.Q(('paid_at__isnull', True)), fields=['tab', 'due_at'], name='bookings_tabs_bill_unpaid'),
        ),
        migrations.AddConstraint(
            model_name='bill',
            constraint=models.UniqueConstraint(fields=('tab', 'month'), name='bookings_tabs_bill_month'),
        ),
        migrations.AddConstraint(
            model_name='bill',
            constraint=models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0)), name='bookings_tabs_bill_amount'),
        ),
    ]
