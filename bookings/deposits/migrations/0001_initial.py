
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('bookings_orders', '0004_validate_received'),
        ('bookings_payments', '0004_rest'),
    ]

    operations = [
        migrations.CreateModel(
            name='Deposit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('supplier_id', models.BigIntegerField(verbose_name='supplier')),
                ('amount_fen', models.BigIntegerField(verbose_name='amount (fen)')),
                ('kept_fen', models.BigIntegerField(default=0, verbose_name='kept (fen)')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='why it is kept')),
                ('actor', models.CharField(blank=True, max_length=64, verbose_name='decided by')),
                ('return_at', models.DateTimeField(verbose_name='returned at the latest')),
                ('state', models.CharField(choices=[('HELD', 'held'), ('SETTLING', 'being returned'), ('SETTLED', 'returned, less what was kept'), ('LOST', 'could not be taken: a person must look')], default='HELD', max_length=10, verbose_name='state')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='decided at')),
                ('attempt', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='deposit', to='bookings_payments.attempt', verbose_name='payment')),
                ('order', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='deposit', to='bookings_orders.order', verbose_name='order')),
            ],
            options={
                'verbose_name': 'deposit',
                'verbose_name_plural': 'deposits',
                'indexes': [models.Index(condition=models.Q(('state', 'HELD')), fields=['return_at'], name='bookings_deposits_held')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kept_fen__gte', 0), ('kept_fen__lte', models.F('amount_fen'))), name='bookings_deposits_kept_within_amount')],
            },
        ),
    ]
