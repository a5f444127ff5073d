import django.db.models.deletion
import kernel.postgres.creating
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('bookings_orders', '0006_journeys_beside_the_traffic'),
    ]

    operations = [
        kernel.postgres.creating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='Division',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('order', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='division', to='bookings_orders.order', verbose_name='order')),
                        ('rule', models.CharField(choices=[('ALL', 'nobody goes: everything is released and all money goes back'), ('KEEP', 'those who paid go: the other parts are released')], max_length=4, verbose_name='rule at the deadline')),
                        ('closes_at', models.DateTimeField(verbose_name='deadline')),
                        ('actor', models.CharField(max_length=64, verbose_name='divided by')),
                        ('created_at', models.DateTimeField(verbose_name='divided at')),
                    ],
                    options={
                        'verbose_name': 'division',
                        'verbose_name_plural': 'divisions',
                        'indexes': [models.Index(condition=models.Q(('rule', 'KEEP')), fields=['closes_at'], name='bookings_shares_division_keep')],
                    },
                ),
                migrations.CreateModel(
                    name='Share',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('division', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='shares', to='bookings_shares.division', verbose_name='division')),
                        ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                        ('name', models.CharField(max_length=30, verbose_name='who pays')),
                        ('parts', models.JSONField(verbose_name='parts')),
                        ('amount_fen', models.BigIntegerField(verbose_name='amount (fen)')),
                        ('token', models.CharField(max_length=32, unique=True, verbose_name='token')),
                        ('state', models.CharField(choices=[('OPEN', 'not paid yet'), ('PAID', 'paid'), ('LEFT_OUT', 'left out, not paid in time')], default='OPEN', max_length=10, verbose_name='state')),
                        ('paid_at', models.DateTimeField(blank=True, null=True, verbose_name='paid at')),
                    ],
                    options={
                        'verbose_name': 'share',
                        'verbose_name_plural': 'shares',
                        'constraints': [models.UniqueConstraint(fields=('division', 'position'), name='bookings_shares_share_position'), models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0)), name='bookings_shares_share_amount'), models.CheckConstraint(condition=models.Q(models.Q(('paid_at__isnull', False), ('state', 'PAID')), models.Q(models.Q(('state', 'PAID'), _negated=True), ('paid_at__isnull', True)), _connector='OR'), name='bookings_shares_share_paid_at')],
                    },
                ),
            ],
        ),
    ]
