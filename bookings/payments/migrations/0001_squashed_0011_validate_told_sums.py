import django.db.models.deletion
import kernel.postgres.creating
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('bookings_payments', '0001_initial'), ('bookings_payments', '0002_purposes'), ('bookings_payments', '0003_one_open_attempt_a_purpose'), ('bookings_payments', '0004_rest'), ('bookings_payments', '0005_news_read'), ('bookings_payments', '0006_disputes_by_number'), ('bookings_payments', '0007_trouble'), ('bookings_payments', '0008_find_unknown_notices'), ('bookings_payments', '0009_purposes_that_are_paid'), ('bookings_payments', '0010_told_sums'), ('bookings_payments', '0011_validate_told_sums')]

    initial = True

    dependencies = [
        ('bookings_orders', '0002_fewer_indexes'),
    ]

    operations = [
        kernel.postgres.creating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='Attempt',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('order', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='bookings_orders.order', verbose_name='order')),
                        ('purpose', models.CharField(choices=[('ORDER', 'an order'), ('SHARE', "a friend's share of an order"), ('DEPOSIT', 'a deposit'), ('REST', 'what an order owes later'), ('TOP_UP', 'topping up a balance'), ('BILL', 'a monthly bill')], db_default='ORDER', default='ORDER', max_length=10, verbose_name='purpose')),
                        ('purpose_id', models.BigIntegerField(db_default=0, default=0, verbose_name='number of the purpose')),
                        ('payer', models.CharField(blank=True, db_default='', default='', max_length=64, verbose_name='payer')),
                        ('words', models.CharField(blank=True, db_default='', default='', max_length=60, verbose_name='words')),
                        ('language', models.CharField(db_default='zh-hans', default='zh-hans', max_length=10, verbose_name='language')),
                        ('how', models.CharField(db_default='CHARGE', default='CHARGE', max_length=10, verbose_name='how')),
                        ('closes_at', models.DateTimeField(blank=True, null=True, verbose_name='closes at')),
                        ('provider', models.CharField(max_length=20, verbose_name='provider')),
                        ('token', models.CharField(max_length=32, unique=True, verbose_name='token')),
                        ('amount_fen', models.BigIntegerField(verbose_name='amount (fen)')),
                        ('currency', models.CharField(max_length=3, verbose_name='currency')),
                        ('state', models.CharField(choices=[('CREATED', 'being started at the provider'), ('PENDING', 'waiting for the buyer'), ('FAILED', 'failed'), ('AUTHORISED', 'set aside'), ('RELEASED', 'released, nothing was taken'), ('SUCCEEDED', 'money received')], default='CREATED', max_length=10, verbose_name='state')),
                        ('trouble', models.CharField(blank=True, choices=[('UNFIT', 'the payment service has another sum, currency or reference'), ('UNANSWERED', 'over for a day, and nobody knows how it ended')], db_default='', default='', max_length=10, verbose_name='trouble')),
                        ('provider_ref', models.CharField(blank=True, max_length=120, verbose_name="provider's reference")),
                        ('transaction_ref', models.CharField(blank=True, db_default='', default='', max_length=120, verbose_name="provider's transaction")),
                        ('redirect_url', models.CharField(blank=True, max_length=2000, verbose_name='payment page')),
                        ('qr', models.CharField(blank=True, db_default='', default='', max_length=500, verbose_name='payment code')),
                        ('authorised_fen', models.BigIntegerField(db_default=0, default=0, verbose_name='set aside (fen)')),
                        ('captured_fen', models.BigIntegerField(default=0, verbose_name='received (fen)')),
                        ('refunded_fen', models.BigIntegerField(default=0, verbose_name='returned (fen)')),
                        ('told_refunded_fen', models.BigIntegerField(db_default=0, default=0, verbose_name='returned, as the provider says (fen)')),
                        ('disputes', models.JSONField(blank=True, db_default={}, default=dict, verbose_name='disputes')),
                        ('disputed_fen', models.BigIntegerField(db_default=0, default=0, verbose_name='disputed (fen)')),
                        ('dispute', models.CharField(blank=True, choices=[('OPEN', 'open'), ('WON', 'decided for us'), ('LOST', 'decided for the buyer')], db_default='', default='', max_length=10, verbose_name='dispute')),
                        ('created_at', models.DateTimeField(verbose_name='created at')),
                        ('asked_at', models.DateTimeField(blank=True, null=True, verbose_name='provider last asked at')),
                        ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
                    ],
                    options={
                        'verbose_name': 'payment attempt',
                        'verbose_name_plural': 'payment attempts',
                        'indexes': [models.Index(condition=models.Q(('state__in', ('CREATED', 'PENDING'))), fields=['created_at'], name='bookings_payments_attempt_open'), models.Index(fields=['provider', 'provider_ref'], name='bookings_payments_attempt_ref')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ('CREATED', 'PENDING'))), fields=('order', 'purpose', 'purpose_id', 'provider'), name='bookings_payments_attempt_one_open_purpose', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0)), name='bookings_payments_attempt_amount'), models.CheckConstraint(condition=models.Q(('refunded_fen__gte', 0), ('refunded_fen__lte', models.F('captured_fen'))), name='bookings_payments_attempt_refunded_within_captured'), models.CheckConstraint(condition=models.Q(('captured_fen__lte', models.F('amount_fen'))), name='bookings_payments_attempt_captured_within_amount'), models.CheckConstraint(condition=models.Q(('authorised_fen__gte', 0), ('told_refunded_fen__gte', 0), ('disputed_fen__gte', 0)), name='bookings_payments_attempt_told_not_negative'), models.CheckConstraint(condition=models.Q(('order__isnull', False), ('purpose__in', ('TOP_UP', 'BILL')), _connector='OR'), name='bookings_payments_attempt_has_its_order')],
                    },
                ),
                migrations.CreateModel(
                    name='ProviderEvent',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('provider', models.CharField(max_length=20, verbose_name='provider')),
                        ('event_id', models.CharField(max_length=120, verbose_name="provider's event id")),
                        ('kind', models.CharField(max_length=40, verbose_name='kind')),
                        ('attempt', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='bookings_payments.attempt', verbose_name='attempt')),
                        ('body', models.JSONField(verbose_name='body')),
                        ('state', models.CharField(choices=[('APPLIED', 'applied'), ('IGNORED', 'nothing to do'), ('REJECTED', 'about a payment that we do not know')], max_length=10, verbose_name='state')),
                        ('received_at', models.DateTimeField(verbose_name='received at')),
                    ],
                    options={
                        'verbose_name': 'provider event',
                        'verbose_name_plural': 'provider events',
                        'indexes': [models.Index(condition=models.Q(('state', 'REJECTED')), fields=['received_at'], name='bookings_payments_event_reject')],
                        'constraints': [models.UniqueConstraint(fields=('provider', 'event_id'), name='bookings_payments_event_once')],
                    },
                ),
                migrations.CreateModel(
                    name='NewsRead',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('provider', models.CharField(max_length=20, unique=True, verbose_name='provider')),
                        ('until', models.DateTimeField(verbose_name='read up to')),
                    ],
                    options={
                        'verbose_name': 'list of news',
                        'verbose_name_plural': 'lists of news',
                    },
                ),
            ],
        ),
    ]
