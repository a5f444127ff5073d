import django.db.models.deletion
import kernel.postgres.creating
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('bookings_deposits', '0001_initial'), ('bookings_deposits', '0002_asked_again')]

    initial = True

    dependencies = [
        ('bookings_orders', '0004_validate_received'),
        ('bookings_payments', '0004_rest'),
    ]

    operations = [
        kernel.postgres.creating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='Deposit',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('order', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='deposit', to='bookings_orders.order', verbose_name='order')),
                        ('attempt', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='deposit', to='bookings_payments.attempt', verbose_name='payment')),
                        ('supplier_id', models.BigIntegerField(verbose_name='supplier')),
                        ('amount_fen', models.BigIntegerField(verbose_name='amount (fen)')),
                        ('kept_fen', models.BigIntegerField(default=0, verbose_name='kept (fen)')),
                        ('reason', models.CharField(blank=True, max_length=200, verbose_name='why it is kept')),
                        ('actor', models.CharField(blank=True, max_length=64, verbose_name='decided by')),
                        ('return_at', models.DateTimeField(verbose_name='returned at the latest')),
                        ('state', models.CharField(choices=[('HELD', 'held'), ('SETTLING', 'being returned'), ('SETTLED', 'returned, less what was kept'), ('LOST', 'could not be taken: a person must look')], default='HELD', max_length=10, verbose_name='state')),
                        ('decided_at', models.DateTimeField(null=True, verbose_name='decided at')),
                        ('tries', models.PositiveIntegerField(db_default=0, default=0, verbose_name='tries')),
                        ('next_at', models.DateTimeField(blank=True, null=True, verbose_name='asked again at')),
                    ],
                    options={
                        'verbose_name': 'deposit',
                        'verbose_name_plural': 'deposits',
                        'indexes': [models.Index(condition=models.Q(('state', 'HELD')), fields=['return_at'], name='bookings_deposits_held'), models.Index(condition=models.Q(('state', 'SETTLING')), fields=['next_at'], name='bookings_deposits_settling')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('kept_fen__gte', 0), ('kept_fen__lte', models.F('amount_fen'))), name='bookings_deposits_kept_within_amount')],
                    },
                ),
            ],
        ),
    ]
