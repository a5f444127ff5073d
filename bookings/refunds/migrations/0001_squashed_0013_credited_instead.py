import django.db.models.deletion
import kernel.postgres.creating
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('bookings_refunds', '0001_initial'), ('bookings_refunds', '0002_not_in_full'), ('bookings_refunds', '0003_deposits'), ('bookings_refunds', '0004_changed'), ('bookings_refunds', '0005_cancelled_parts'), ('bookings_refunds', '0006_people'), ('bookings_refunds', '0007_earlier_tokens'), ('bookings_refunds', '0008_returned_twice'), ('bookings_refunds', '0009_of_no_payment'), ('bookings_refunds', '0010_validate_of_no_payment'), ('bookings_refunds', '0011_account_asked_by'), ('bookings_refunds', '0012_handed_on'), ('bookings_refunds', '0013_credited_instead')]

    initial = True

    dependencies = [
        ('bookings_orders', '0008_flag'),
        ('bookings_payments', '0004_rest'),
    ]

    operations = [
        kernel.postgres.creating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='CancelledPart',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('line', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='bookings_orders.line', verbose_name='order line')),
                        ('part_key', models.CharField(max_length=80, verbose_name='part')),
                        ('base_fen', models.BigIntegerField(verbose_name='what the terms applied to (fen)')),
                        ('refund_fen', models.BigIntegerField(verbose_name='came back (fen)')),
                        ('cancelled_at', models.DateTimeField(verbose_name='cancelled at')),
                    ],
                    options={
                        'verbose_name': 'cancelled part',
                        'verbose_name_plural': 'cancelled parts',
                        'constraints': [models.UniqueConstraint(fields=('line', 'part_key'), name='bookings_refunds_cancelled_once'), models.CheckConstraint(condition=models.Q(('base_fen__gte', 0), ('refund_fen__gte', 0)), name='bookings_refunds_cancelled_sums')],
                    },
                ),
                migrations.CreateModel(
                    name='RefundRequest',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refund_requests', to='bookings_orders.order', verbose_name='order')),
                        ('parts', models.JSONField(verbose_name='parts')),
                        ('words', models.CharField(max_length=500, verbose_name='why')),
                        ('asked_by', models.CharField(max_length=64, verbose_name='asked by')),
                        ('asked_at', models.DateTimeField(verbose_name='asked at')),
                        ('state', models.CharField(choices=[('ASKED', 'waiting for a decision'), ('DECIDED', 'waiting for a second person'), ('DONE', 'agreed'), ('REFUSED', 'not agreed')], default='ASKED', max_length=10, verbose_name='state')),
                        ('refund_fen', models.BigIntegerField(blank=True, null=True, verbose_name='comes back (fen)')),
                        ('answer', models.CharField(blank=True, max_length=500, verbose_name='answer to the buyer')),
                        ('decided_by', models.CharField(blank=True, max_length=64, verbose_name='decided by')),
                        ('approved_by', models.CharField(blank=True, max_length=64, verbose_name='approved by')),
                        ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed at')),
                    ],
                    options={
                        'verbose_name': 'refund request',
                        'verbose_name_plural': 'refund requests',
                        'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ('ASKED', 'DECIDED'))), fields=('order',), name='bookings_refunds_request_one_open'), models.CheckConstraint(condition=models.Q(('approved_by', ''), models.Q(models.Q(('approved_by', models.F('decided_by')), _negated=True), models.Q(('approved_by', models.F('asked_by')), _negated=True)), _connector='OR'), name='bookings_refunds_request_two_people'), models.CheckConstraint(condition=models.Q(('refund_fen__isnull', True), ('refund_fen__gte', 0), _connector='OR'), name='bookings_refunds_request_sum')],
                    },
                ),
                migrations.CreateModel(
                    name='Evidence',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('request', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='evidence', to='bookings_refunds.refundrequest', verbose_name='refund request')),
                        ('content_type', models.CharField(max_length=40, verbose_name='kind of file')),
                        ('sealed', models.TextField(verbose_name='file, sealed')),
                        ('given_at', models.DateTimeField(verbose_name='given at')),
                    ],
                    options={
                        'verbose_name': 'evidence',
                        'verbose_name_plural': 'evidence',
                    },
                ),
                migrations.CreateModel(
                    name='Refund',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='bookings_orders.order', verbose_name='order')),
                        ('attempt', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='bookings_payments.attempt', verbose_name='payment')),
                        ('key', models.CharField(max_length=80, unique=True, verbose_name='key')),
                        ('token', models.CharField(max_length=32, unique=True, verbose_name='token')),
                        ('parts', models.JSONField(blank=True, default=dict, verbose_name='parts')),
                        ('amount_fen', models.BigIntegerField(verbose_name='amount (fen)')),
                        ('reason', models.CharField(choices=[('BUYER', 'cancelled by the buyer'), ('HARDSHIP', 'agreed for a hardship'), ('OUTSIDE', 'returned by the payment service without us'), ('OPERATOR', 'cancelled by the operator'), ('SUPPLIER', 'refused by the supplier'), ('PAID_TWICE', 'paid twice'), ('LATE_AND_GONE', 'paid late, the places were gone'), ('GIVEN_UP', 'paid after the order was given up'), ('CHANGED', 'changed to something cheaper'), ('DEPOSIT', 'deposit returned'), ('NOT_IN_FULL', 'the rest was not paid in time'), ('HANDED_ON', 'taken by the waiting list'), ('CREDITED', 'credited to your balance with a bonus, as you chose'), ('WRONG_AMOUNT', 'another amount than asked for')], max_length=20, verbose_name='reason')),
                        ('state', models.CharField(choices=[('SENDING', 'being sent to the payment service'), ('SENT', 'on its way at the payment service'), ('DONE', 'returned'), ('FAILED', 'stuck: a person must look')], default='SENDING', max_length=10, verbose_name='state')),
                        ('actor', models.CharField(max_length=64, verbose_name='asked by')),
                        ('created_at', models.DateTimeField(verbose_name='asked at')),
                        ('done_at', models.DateTimeField(blank=True, null=True, verbose_name='returned at')),
                        ('tries', models.PositiveIntegerField(db_default=0, default=0, verbose_name='tries')),
                        ('next_at', models.DateTimeField(blank=True, null=True, verbose_name='asked again at')),
                        ('why', models.CharField(blank=True, db_default='', max_length=200, verbose_name='what is the matter')),
                        ('promised_at', models.DateTimeField(blank=True, null=True, verbose_name='there at the latest')),
                        ('paid_out_ref', models.CharField(blank=True, db_default='', max_length=80, verbose_name='transfer made instead')),
                        ('twice_at', models.DateTimeField(blank=True, null=True, verbose_name='known to be returned twice at')),
                    ],
                    options={
                        'verbose_name': 'refund',
                        'verbose_name_plural': 'refunds',
                        'indexes': [models.Index(condition=models.Q(('state', 'DONE'), _negated=True), fields=['created_at'], name='bookings_refunds_refund_open')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0)), name='bookings_refunds_refund_amount'), models.CheckConstraint(condition=models.Q(('attempt__isnull', False), ('state__in', ('DONE', 'FAILED')), _connector='OR'), name='bookings_refunds_refund_sent_by_a_payment')],
                    },
                ),
                migrations.CreateModel(
                    name='EarlierToken',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('refund', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='earlier_tokens', to='bookings_refunds.refund', verbose_name='refund')),
                        ('token', models.CharField(max_length=32, unique=True, verbose_name='token')),
                    ],
                    options={
                        'verbose_name': 'earlier number of a refund',
                        'verbose_name_plural': 'earlier numbers of refunds',
                    },
                ),
                migrations.CreateModel(
                    name='BankDetails',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('refund', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='bank_details', to='bookings_refunds.refund', verbose_name='refund')),
                        ('token', models.CharField(max_length=32, unique=True, verbose_name='token')),
                        ('asked_by', models.CharField(blank=True, db_default='', max_length=64, verbose_name='asked by')),
                        ('expires_at', models.DateTimeField(verbose_name='link works until')),
                        ('sealed', models.TextField(blank=True, verbose_name='details, sealed')),
                        ('given_at', models.DateTimeField(blank=True, null=True, verbose_name='given at')),
                        ('wiped_at', models.DateTimeField(blank=True, null=True, verbose_name='wiped at')),
                    ],
                    options={
                        'verbose_name': 'bank details',
                        'verbose_name_plural': 'bank details',
                        'constraints': [models.CheckConstraint(condition=models.Q(('wiped_at__isnull', True), ('sealed', ''), _connector='OR'), name='bookings_refunds_bank_wiped')],
                    },
                ),
            ],
        ),
    ]
