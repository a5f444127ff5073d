import django.db.models.deletion
import kernel.postgres.creating
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('bookings_dues', '0001_initial'), ('bookings_dues', '0002_before_use'), ('bookings_dues', '0003_tell_which_are_before_use')]

    initial = True

    dependencies = [
        ('bookings_orders', '0008_flag'),
    ]

    operations = [
        kernel.postgres.creating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='LaterDue',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='later_dues', to='bookings_orders.order', verbose_name='order')),
                        ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='later_dues', to='bookings_orders.line', verbose_name='order line')),
                        ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                        ('amount_fen', models.BigIntegerField(null=True, verbose_name='amount (fen)')),
                        ('shares', models.JSONField(blank=True, default=dict, verbose_name='shares of the parts (fen)')),
                        ('due_at', models.DateTimeField(null=True, verbose_name='due at')),
                        ('is_before_use', models.BooleanField(db_default=False, default=False, verbose_name='before use')),
                        ('told_at', models.DateTimeField(blank=True, null=True, verbose_name='told at')),
                        ('state', models.CharField(choices=[('UNKNOWN', 'not known before use'), ('OPEN', 'to be paid'), ('PAID', 'paid'), ('WAIVED', 'no longer asked for')], max_length=10, verbose_name='state')),
                        ('attempt_id', models.BigIntegerField(null=True, verbose_name='payment')),
                        ('paid_at', models.DateTimeField(null=True, verbose_name='paid at')),
                    ],
                    options={
                        'verbose_name': 'sum due later',
                        'verbose_name_plural': 'sums due later',
                        'indexes': [models.Index(condition=models.Q(('state', 'OPEN')), fields=['due_at'], name='bookings_dues_open')],
                        'constraints': [models.UniqueConstraint(fields=('line', 'position'), name='bookings_dues_line_position'), models.CheckConstraint(condition=models.Q(models.Q(('amount_fen__isnull', True), ('state', 'UNKNOWN')), ('state', 'WAIVED'), models.Q(('amount_fen__gt', 0), ('state__in', ('OPEN', 'PAID'))), _connector='OR'), name='bookings_dues_amount_known')],
                    },
                ),
            ],
        ),
    ]
