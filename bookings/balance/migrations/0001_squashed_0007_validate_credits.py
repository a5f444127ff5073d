import django.db.models.deletion
import kernel.postgres.creating
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('bookings_balance', '0001_initial'), ('bookings_balance', '0002_taken_back'), ('bookings_balance', '0003_validate_owed'), ('bookings_balance', '0004_sums_of_returns'), ('bookings_balance', '0005_validate_sums_of_returns'), ('bookings_balance', '0006_credits'), ('bookings_balance', '0007_validate_credits')]

    initial = True

    dependencies = [
    ]

    operations = [
        kernel.postgres.creating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='Account',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('actor', models.CharField(max_length=64, verbose_name='holder')),
                        ('currency', models.CharField(default='CNY', max_length=3, verbose_name='currency')),
                        ('paid_fen', models.BigIntegerField(default=0, verbose_name='paid in (fen)')),
                        ('bonus_fen', models.BigIntegerField(default=0, verbose_name='bonus (fen)')),
                        ('owed_fen', models.BigIntegerField(db_default=0, default=0, verbose_name='owed to us (fen)')),
                        ('blocked_at', models.DateTimeField(blank=True, null=True, verbose_name='blocked at')),
                    ],
                    options={
                        'verbose_name': 'balance',
                        'verbose_name_plural': 'balances',
                        'constraints': [models.UniqueConstraint(fields=('actor', 'currency'), name='bookings_balance_account_actor'), models.CheckConstraint(condition=models.Q(('paid_fen__gte', 0), ('bonus_fen__gte', 0)), name='bookings_balance_account_not_negative'), models.CheckConstraint(condition=models.Q(('owed_fen__gte', 0)), name='bookings_balance_account_owed')],
                    },
                ),
                migrations.CreateModel(
                    name='Offer',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name_zh', models.CharField(max_length=40, verbose_name='name in Chinese')),
                        ('name_en', models.CharField(max_length=40, verbose_name='name in English')),
                        ('pay_fen', models.BigIntegerField(unique=True, verbose_name='pay in (fen)')),
                        ('bonus_fen', models.BigIntegerField(default=0, verbose_name='bonus (fen)')),
                        ('bonus_days', models.PositiveSmallIntegerField(default=365, verbose_name='days the bonus is good')),
                        ('is_on', models.BooleanField(default=True, verbose_name='offered')),
                    ],
                    options={
                        'verbose_name': 'top-up offer',
                        'verbose_name_plural': 'top-up offers',
                        'constraints': [models.CheckConstraint(condition=models.Q(('pay_fen__gt', 0), ('bonus_fen__gte', 0), ('bonus_fen__lte', models.F('pay_fen'))), name='bookings_balance_offer_sums'), models.CheckConstraint(condition=models.Q(('bonus_days__gt', 0)), name='bookings_balance_offer_days')],
                    },
                ),
                migrations.CreateModel(
                    name='TopUp',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='top_ups', to='bookings_balance.account', verbose_name='balance')),
                        ('pay_fen', models.BigIntegerField(verbose_name='pay in (fen)')),
                        ('bonus_fen', models.BigIntegerField(default=0, verbose_name='bonus (fen)')),
                        ('bonus_days', models.PositiveSmallIntegerField(default=365, verbose_name='days the bonus is good')),
                        ('asked_at', models.DateTimeField(verbose_name='asked at')),
                        ('paid_at', models.DateTimeField(blank=True, null=True, verbose_name='paid at')),
                        ('attempt_id', models.BigIntegerField(blank=True, null=True, verbose_name='payment')),
                    ],
                    options={
                        'verbose_name': 'top-up',
                        'verbose_name_plural': 'top-ups',
                        'constraints': [models.CheckConstraint(condition=models.Q(('pay_fen__gt', 0), ('bonus_fen__gte', 0)), name='bookings_balance_topup_sums')],
                    },
                ),
                migrations.CreateModel(
                    name='Credit',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='credits', to='bookings_balance.account', verbose_name='balance')),
                        ('key', models.CharField(max_length=80, unique=True, verbose_name='key')),
                        ('words', models.CharField(blank=True, max_length=60, verbose_name='words')),
                        ('fen', models.BigIntegerField(verbose_name='credited (fen)')),
                        ('bonus_fen', models.BigIntegerField(default=0, verbose_name='bonus (fen)')),
                        ('at', models.DateTimeField(verbose_name='at')),
                    ],
                    options={
                        'verbose_name': 'credit to a balance',
                        'verbose_name_plural': 'credits to balances',
                        'constraints': [models.CheckConstraint(condition=models.Q(('fen__gt', 0), ('bonus_fen__gte', 0)), name='bookings_balance_credit_sums')],
                    },
                ),
                migrations.CreateModel(
                    name='Grant',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grants', to='bookings_balance.account', verbose_name='balance')),
                        ('top_up', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='grant', to='bookings_balance.topup', verbose_name='top-up')),
                        ('credit', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='grant', to='bookings_balance.credit', verbose_name='credit')),
                        ('left_fen', models.BigIntegerField(verbose_name='left (fen)')),
                        ('expires_at', models.DateTimeField(verbose_name='good until')),
                    ],
                    options={
                        'verbose_name': 'bonus',
                        'verbose_name_plural': 'bonuses',
                        'indexes': [models.Index(condition=models.Q(('left_fen__gt', 0)), fields=['expires_at'], name='bookings_balance_grant_open')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('left_fen__gte', 0)), name='bookings_balance_grant_left'), models.CheckConstraint(condition=models.Q(models.Q(('credit__isnull', True), ('top_up__isnull', False)), models.Q(('credit__isnull', False), ('top_up__isnull', True)), _connector='OR'), name='bookings_balance_grant_of_one')],
                    },
                ),
                migrations.CreateModel(
                    name='Spending',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='spendings', to='bookings_balance.account', verbose_name='balance')),
                        ('token', models.CharField(max_length=32, unique=True, verbose_name='token')),
                        ('words', models.CharField(blank=True, max_length=60, verbose_name='words')),
                        ('paid_fen', models.BigIntegerField(verbose_name='of what was paid in (fen)')),
                        ('bonus', models.JSONField(default=dict, verbose_name='of the bonus, by its number')),
                        ('returned_fen', models.BigIntegerField(default=0, verbose_name='returned (fen)')),
                        ('at', models.DateTimeField(verbose_name='at')),
                    ],
                    options={
                        'verbose_name': 'payment from a balance',
                        'verbose_name_plural': 'payments from balances',
                        'constraints': [models.CheckConstraint(condition=models.Q(('returned_fen__gte', 0), ('paid_fen__gte', 0)), name='bookings_balance_spending_sums')],
                    },
                ),
                migrations.CreateModel(
                    name='Return',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('spending', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='returns', to='bookings_balance.spending', verbose_name='payment from a balance')),
                        ('token', models.CharField(max_length=32, unique=True, verbose_name='token')),
                        ('paid_fen', models.BigIntegerField(verbose_name='paid in (fen)')),
                        ('bonus_fen', models.BigIntegerField(verbose_name='bonus (fen)')),
                        ('at', models.DateTimeField(verbose_name='at')),
                    ],
                    options={
                        'verbose_name': 'return to a balance',
                        'verbose_name_plural': 'returns to balances',
                        'constraints': [models.CheckConstraint(condition=models.Q(('paid_fen__gte', 0), ('bonus_fen__gte', 0)), name='bookings_balance_return_sums')],
                    },
                ),
                migrations.CreateModel(
                    name='TakenBack',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='taken_back', to='bookings_balance.account', verbose_name='balance')),
                        ('key', models.CharField(max_length=80, unique=True, verbose_name='key')),
                        ('attempt_id', models.BigIntegerField(verbose_name='payment')),
                        ('paid_fen', models.BigIntegerField(verbose_name='paid in (fen)')),
                        ('bonus_fen', models.BigIntegerField(verbose_name='bonus (fen)')),
                        ('owed_fen', models.BigIntegerField(verbose_name='owed to us (fen)')),
                        ('at', models.DateTimeField(verbose_name='at')),
                    ],
                    options={
                        'verbose_name': 'taken back from a balance',
                        'verbose_name_plural': 'taken back from balances',
                        'constraints': [models.CheckConstraint(condition=models.Q(('paid_fen__gte', 0), ('bonus_fen__gte', 0), ('owed_fen__gte', 0)), name='bookings_balance_takenback_sums')],
                    },
                ),
            ],
        ),
    ]
