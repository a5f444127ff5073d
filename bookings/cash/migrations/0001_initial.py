import django.db.models.deletion
import django.db.models.expressions
import kernel.postgres.creating
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts_identity', '__first__'),
        ('accounts_organisations', '0001_initial'),
    ]

    operations = [
        kernel.postgres.creating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='Shift',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('clerk', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='clerk')),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='accounts_organisations.organisation', verbose_name='organisation')),
                        ('float_fen', models.BigIntegerField(verbose_name='change at the beginning (fen)')),
                        ('taken_fen', models.BigIntegerField(default=0, verbose_name='taken (fen)')),
                        ('paid_out_fen', models.BigIntegerField(default=0, verbose_name='paid out (fen)')),
                        ('counted_fen', models.BigIntegerField(blank=True, null=True, verbose_name='counted at the end (fen)')),
                        ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                        ('opened_at', models.DateTimeField(verbose_name='opened at')),
                        ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed at')),
                    ],
                    options={
                        'verbose_name': 'shift at a counter',
                        'verbose_name_plural': 'shifts at counters',
                        'constraints': [models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('clerk',), name='bookings_cash_shift_one_open'), models.CheckConstraint(condition=models.Q(('float_fen__gte', 0), ('taken_fen__gte', 0), ('paid_out_fen__gte', 0), ('paid_out_fen__lte', django.db.models.expressions.CombinedExpression(models.F('float_fen'), '+', models.F('taken_fen')))), name='bookings_cash_shift_drawer'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('counted_fen__isnull', True)), models.Q(('closed_at__isnull', False), ('counted_fen__gte', 0)), _connector='OR'), name='bookings_cash_shift_counted')],
                    },
                ),
                migrations.CreateModel(
                    name='Taking',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('shift', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='takings', to='bookings_cash.shift', verbose_name='shift')),
                        ('token', models.CharField(max_length=40, unique=True, verbose_name='token')),
                        ('words', models.CharField(blank=True, max_length=60, verbose_name='words')),
                        ('fen', models.BigIntegerField(verbose_name='amount (fen)')),
                        ('returned_fen', models.BigIntegerField(default=0, verbose_name='to be returned (fen)')),
                        ('at', models.DateTimeField(verbose_name='at')),
                    ],
                    options={
                        'verbose_name': 'cash taken',
                        'verbose_name_plural': 'cash taken',
                        'constraints': [models.CheckConstraint(condition=models.Q(('fen__gt', 0), ('returned_fen__gte', 0), ('returned_fen__lte', models.F('fen'))), name='bookings_cash_taking_sums')],
                    },
                ),
                migrations.CreateModel(
                    name='Payout',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('taking', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payouts', to='bookings_cash.taking', verbose_name='cash taken')),
                        ('token', models.CharField(max_length=40, unique=True, verbose_name='token')),
                        ('fen', models.BigIntegerField(verbose_name='amount (fen)')),
                        ('asked_at', models.DateTimeField(verbose_name='asked at')),
                        ('shift', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payouts', to='bookings_cash.shift', verbose_name='shift that paid it out')),
                        ('paid_at', models.DateTimeField(blank=True, null=True, verbose_name='paid out at')),
                    ],
                    options={
                        'verbose_name': 'cash to pay out',
                        'verbose_name_plural': 'cash to pay out',
                        'indexes': [models.Index(condition=models.Q(('paid_at__isnull', True)), fields=['asked_at'], name='bookings_cash_payout_open')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('fen__gt', 0)), name='bookings_cash_payout_fen'), models.CheckConstraint(condition=models.Q(models.Q(('paid_at__isnull', True), ('shift__isnull', True)), models.Q(('paid_at__isnull', False), ('shift__isnull', False)), _connector='OR'), name='bookings_cash_payout_paid')],
                    },
                ),
            ],
        ),
    ]
