
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('actor', models.CharField(max_length=64, verbose_name='holder')),
                ('currency', models.CharField(default='CNY', max_length=3, verbose_name='currency')),
                ('paid_fen', models.BigIntegerField(default=0, verbose_name='paid in (fen)')),
                ('bonus_fen', models.BigIntegerField(default=0, verbose_name='bonus (fen)')),
            ],
            options={
                'verbose_name': 'balance',
                'verbose_name_plural': 'balances',
                'constraints': [models.UniqueConstraint(fields=('actor', 'currency'), name='bookings_balance_account_actor'), models.CheckConstraint(condition=models.Q(('paid_fen__gte', 0), ('bonus_fen__gte', 0)), name='bookings_balance_account_not_negative')],
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
            name='Spending',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.CharField(max_length=32, unique=True, verbose_name='token')),
                ('words', models.CharField(blank=True, max_length=60, verbose_name='words')),
                ('paid_fen', models.BigIntegerField(verbose_name='of what was paid in (fen)')),
                ('bonus', models.JSONField(default=dict, verbose_name='of the bonus, by its number')),
                ('returned_fen', models.BigIntegerField(default=0, verbose_name='returned (fen)')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='spendings', to='bookings_balance.account', verbose_name='balance')),
            ],
            options={
                'verbose_name': 'payment from a balance',
                'verbose_name_plural': 'payments from balances',
            },
        ),
        migrations.CreateModel(
            name='Return',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.CharField(max_length=32, unique=True, verbose_name='token')),
                ('paid_fen', models.BigIntegerField(verbose_name='paid in (fen)')),
                ('bonus_fen', models.BigIntegerField(verbose_name='bonus (fen)')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('spending', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='returns', to='bookings_balance.spending', verbose_name='payment from a balance')),
            ],
            options={
                'verbose_name': 'return to a balance',
                'verbose_name_plural': 'returns to balances',
            },
        ),
        migrations.CreateModel(
            name='TopUp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pay_fen', models.BigIntegerField(verbose_name='pay in (fen)')),
                ('bonus_fen', models.BigIntegerField(default=0, verbose_name='bonus (fen)')),
                ('bonus_days', models.PositiveSmallIntegerField(default=365, verbose_name='days the bonus is good')),
                ('asked_at', models.DateTimeField(verbose_name='asked at')),
                ('paid_at', models.DateTimeField(blank=True, null=True, verbose_name='paid at')),
                ('attempt_id', models.BigIntegerField(blank=True, null=True, verbose_name='payment')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='top_ups', to='bookings_balance.account', verbose_name='balance')),
            ],
            options={
                'verbose_name': 'top-up',
                'verbose_name_plural': 'top-ups',
            },
        ),
        migrations.CreateModel(
            name='Grant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('left_fen', models.BigIntegerField(verbose_name='left (fen)')),
                ('expires_at', models.DateTimeField(verbose_name='good until')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grants', to='bookings_balance.account', verbose_name='balance')),
                ('top_up', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='grant', to='bookings_balance.topup', verbose_name='top-up')),
            ],
            options={
                'verbose_name': 'bonus',
                'verbose_name_plural': 'bonuses',
            },
        ),
        migrations.AddConstraint(
            model_name='spending',
            constraint=models.CheckConstraint(condition=models.Q(('returned_fen__gte', 0), ('paid_fen__gte', 0)), name='bookings_balance_spending_sums'),
        ),
        migrations.AddConstraint(
            model_name='topup',
            constraint=models.CheckConstraint(condition=models.Q(('pay_fen__gt', 0), ('bonus_fen__gte', 0)), name='bookings_balance_topup_sums'),
        ),
        migrations.AddIndex(
            model_name='grant',
            index=models.Index(condition=models.Q(('left_fen__gt', 0)), fields=['expires_at'], name='bookings_balance_grant_open'),
        ),
        migrations.AddConstraint(
            model_name='grant',
            constraint=models.CheckConstraint(condition=models.Q(('left_fen__gte', 0)), name='bookings_balance_grant_left'),
        ),
    ]
