import django.db.models.deletion
import kernel.postgres.creating
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('bookings_waitlist', '0001_initial'), ('bookings_waitlist', '0002_odds'), ('bookings_waitlist', '0003_handovers'), ('bookings_waitlist', '0004_drawn')]

    initial = True

    dependencies = [
        ('accounts_organisations', '0001_initial'),
        ('bookings_orders', '0014_via'),
        ('kernel_places', '0002_calendarday'),
    ]

    operations = [
        kernel.postgres.creating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='Entry',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel_places.region', verbose_name='region')),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts_organisations.organisation', verbose_name='supplier')),
                        ('actor', models.CharField(db_index=True, max_length=64, verbose_name='buyer')),
                        ('user_id', models.BigIntegerField(blank=True, null=True, verbose_name='user')),
                        ('request_key', models.CharField(max_length=64, verbose_name='request key')),
                        ('kind', models.CharField(max_length=20, verbose_name='kind')),
                        ('channel', models.CharField(db_default='own', default='own', max_length=20, verbose_name='channel')),
                        ('party', models.JSONField(verbose_name='party')),
                        ('owners', models.JSONField(verbose_name='traveller books')),
                        ('size', models.PositiveSmallIntegerField(verbose_name='people')),
                        ('limit_fen', models.BigIntegerField(verbose_name='at most (fen)')),
                        ('pay_by', models.CharField(blank=True, max_length=20, verbose_name='charged at once by')),
                        ('language', models.CharField(max_length=10, verbose_name='language')),
                        ('contact_sealed', models.TextField(blank=True, verbose_name='contact, sealed')),
                        ('contact_masked', models.CharField(blank=True, max_length=40, verbose_name='contact')),
                        ('state', models.CharField(choices=[('WAITING', 'in the list'), ('SERVING', 'being served'), ('OFFERED', 'won, to be paid'), ('WON', 'won and paid'), ('LAPSED', 'won and not paid in time'), ('DECLINED', 'won and declined'), ('LEFT', 'left the list'), ('OVER', 'over without luck')], default='WAITING', max_length=10, verbose_name='state')),
                        ('chosen_wish', models.BigIntegerField(blank=True, null=True, verbose_name='wish that is served')),
                        ('chosen_return', models.BigIntegerField(blank=True, null=True, verbose_name='return it is served from')),
                        ('order', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='bookings_orders.order', verbose_name='order')),
                        ('pay_trouble', models.CharField(blank=True, max_length=200, verbose_name='why it was not charged')),
                        ('joined_at', models.DateTimeField(verbose_name='joined at')),
                        ('served_at', models.DateTimeField(blank=True, null=True, verbose_name='won at')),
                        ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
                    ],
                    options={
                        'verbose_name': 'waiting list entry',
                        'verbose_name_plural': 'waiting list entries',
                        'indexes': [models.Index(condition=models.Q(('state', 'SERVING')), fields=['region', 'id'], name='bookings_waitlist_serving')],
                        'constraints': [models.UniqueConstraint(fields=('actor', 'request_key'), name='bookings_waitlist_entry_request'), models.CheckConstraint(condition=models.Q(('state__in', ['WAITING', 'SERVING', 'OFFERED', 'WON', 'LAPSED', 'DECLINED', 'LEFT', 'OVER'])), name='bookings_waitlist_entry_state_known'), models.CheckConstraint(condition=models.Q(('limit_fen__gte', 0)), name='bookings_waitlist_entry_limit'), models.CheckConstraint(condition=models.Q(('order__isnull', False), models.Q(('state__in', ('OFFERED', 'WON', 'LAPSED', 'DECLINED')), _negated=True), _connector='OR'), name='bookings_waitlist_entry_won_an_order')],
                    },
                ),
                migrations.CreateModel(
                    name='Wish',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('entry', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='wishes', to='bookings_waitlist.entry', verbose_name='waiting list entry')),
                        ('position', models.PositiveSmallIntegerField(verbose_name='rank of the wish')),
                        ('ref', models.CharField(max_length=80, verbose_name='reference')),
                        ('title', models.JSONField(verbose_name='title')),
                        ('subtitle', models.JSONField(blank=True, default=dict, verbose_name='subtitle')),
                        ('starts_at', models.DateTimeField(verbose_name='starts at')),
                        ('ends_at', models.DateTimeField(verbose_name='ends at')),
                        ('total_fen', models.BigIntegerField(verbose_name='total (fen)')),
                        ('buckets', models.JSONField(blank=True, default=list, verbose_name='buckets')),
                    ],
                    options={
                        'verbose_name': 'wish',
                        'verbose_name_plural': 'wishes',
                        'constraints': [models.UniqueConstraint(fields=('entry', 'position'), name='bookings_waitlist_wish_position'), models.UniqueConstraint(fields=('entry', 'ref'), name='bookings_waitlist_wish_once'), models.CheckConstraint(condition=models.Q(('total_fen__gte', 0)), name='bookings_waitlist_wish_total')],
                    },
                ),
                migrations.CreateModel(
                    name='Place',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('entry', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='places', to='bookings_waitlist.entry', verbose_name='waiting list entry')),
                        ('wish', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='places', to='bookings_waitlist.wish', verbose_name='wish')),
                        ('bucket_id', models.BigIntegerField(verbose_name='bucket')),
                        ('units', models.PositiveSmallIntegerField(verbose_name='units')),
                        ('since', models.DateTimeField(verbose_name='in line since')),
                    ],
                    options={
                        'verbose_name': 'place in line',
                        'verbose_name_plural': 'places in line',
                        'indexes': [models.Index(fields=['bucket_id', 'units', 'entry'], name='bookings_waitlist_place_line')],
                        'constraints': [models.UniqueConstraint(fields=('wish', 'bucket_id'), name='bookings_waitlist_place_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Waiter',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('entry', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='waiters', to='bookings_waitlist.entry', verbose_name='waiting list entry')),
                        ('scope', models.CharField(max_length=80, verbose_name='scope')),
                        ('identity', models.CharField(max_length=80, verbose_name='identity index')),
                    ],
                    options={
                        'verbose_name': 'who waits',
                        'verbose_name_plural': 'who waits',
                        'constraints': [models.UniqueConstraint(fields=('scope', 'identity'), name='bookings_waitlist_waiter_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Try',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('scope', models.CharField(max_length=80, verbose_name='scope')),
                        ('identity', models.CharField(max_length=80, verbose_name='identity index')),
                        ('actor', models.CharField(max_length=64, verbose_name='buyer')),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts_organisations.organisation', verbose_name='supplier')),
                        ('times', models.PositiveIntegerField(default=1, verbose_name='tries')),
                        ('first_at', models.DateTimeField(verbose_name='first at')),
                        ('last_at', models.DateTimeField(verbose_name='last at')),
                    ],
                    options={
                        'verbose_name': 'refused second place',
                        'verbose_name_plural': 'refused second places',
                        'constraints': [models.UniqueConstraint(fields=('scope', 'identity', 'actor'), name='bookings_waitlist_try_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Decision',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel_places.region', verbose_name='region')),
                        ('return_id', models.BigIntegerField(blank=True, null=True, verbose_name='return')),
                        ('bucket_id', models.BigIntegerField(verbose_name='bucket')),
                        ('free', models.IntegerField(verbose_name='free')),
                        ('outcome', models.CharField(choices=[('SERVED', 'given to'), ('PASSED', 'passed over'), ('NOBODY', 'fits nobody who waits'), ('OPENED', 'sold openly')], max_length=6, verbose_name='outcome')),
                        ('entry', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='decisions', to='bookings_waitlist.entry', verbose_name='waiting list entry')),
                        ('wish', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='bookings_waitlist.wish', verbose_name='wish')),
                        ('units', models.PositiveSmallIntegerField(default=0, verbose_name='units')),
                        ('reason', models.CharField(blank=True, max_length=40, verbose_name='reason')),
                        ('words', models.CharField(blank=True, max_length=300, verbose_name='in words')),
                        ('at', models.DateTimeField(verbose_name='at')),
                    ],
                    options={
                        'verbose_name': 'decision',
                        'verbose_name_plural': 'decisions',
                        'indexes': [models.Index(fields=['bucket_id', 'at'], name='bookings_waitlist_decision_at')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('outcome', 'PASSED')), fields=('return_id', 'wish', 'bucket_id'), name='bookings_waitlist_decision_passed_once'), models.UniqueConstraint(condition=models.Q(('outcome', 'SERVED')), fields=('entry', 'bucket_id'), name='bookings_waitlist_decision_served_once'), models.UniqueConstraint(condition=models.Q(('outcome', 'NOBODY')), fields=('return_id', 'bucket_id'), name='bookings_waitlist_decision_nobody_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Handover',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='bookings_orders.line', verbose_name='order line')),
                        ('part_key', models.CharField(max_length=80, verbose_name='part')),
                        ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel_places.region', verbose_name='region')),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts_organisations.organisation', verbose_name='supplier')),
                        ('actor', models.CharField(max_length=64, verbose_name='buyer')),
                        ('units', models.JSONField(verbose_name='units by bucket')),
                        ('refund_fen', models.BigIntegerField(verbose_name='comes back (fen)')),
                        ('fee_fen', models.BigIntegerField(verbose_name='kept for it (fen)')),
                        ('state', models.CharField(choices=[('OPEN', 'offered to the waiting list'), ('TAKEN', 'taken by the waiting list'), ('WITHDRAWN', 'withdrawn by the buyer'), ('OVER', 'nobody took it')], default='OPEN', max_length=10, verbose_name='state')),
                        ('entry', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='bookings_waitlist.entry', verbose_name='waiting list entry')),
                        ('offered_at', models.DateTimeField(verbose_name='offered at')),
                        ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
                    ],
                    options={
                        'verbose_name': 'handover to the waiting list',
                        'verbose_name_plural': 'handovers to the waiting list',
                        'indexes': [models.Index(condition=models.Q(('state', 'OPEN')), fields=['region', 'id'], name='bookings_waitlist_handed_on')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ('OPEN', 'TAKEN'))), fields=('line', 'part_key'), name='bookings_waitlist_handover_once'), models.CheckConstraint(condition=models.Q(('state__in', ['OPEN', 'TAKEN', 'WITHDRAWN', 'OVER'])), name='bookings_waitlist_handover_state_known'), models.CheckConstraint(condition=models.Q(('refund_fen__gte', 0), ('fee_fen__gte', 0)), name='bookings_waitlist_handover_sums'), models.CheckConstraint(condition=models.Q(models.Q(('entry__isnull', False), ('state', 'TAKEN')), models.Q(models.Q(('state', 'TAKEN'), _negated=True), ('entry__isnull', True)), _connector='OR'), name='bookings_waitlist_handover_taken_for_somebody'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('state', 'OPEN')), models.Q(models.Q(('state', 'OPEN'), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='bookings_waitlist_handover_ended')],
                    },
                ),
                migrations.CreateModel(
                    name='OddsTable',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel_places.region', verbose_name='region')),
                        ('organisation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts_organisations.organisation', verbose_name='supplier')),
                        ('kind', models.CharField(max_length=20, verbose_name='kind')),
                        ('version', models.PositiveIntegerField(verbose_name='version')),
                        ('looks', models.PositiveIntegerField(verbose_name='looks')),
                        ('served', models.PositiveIntegerField(verbose_name='served after them')),
                        ('learnt', models.JSONField(verbose_name='what was learnt')),
                        ('learnt_at', models.DateTimeField(verbose_name='learnt at')),
                    ],
                    options={
                        'verbose_name': 'chances in the waiting list',
                        'verbose_name_plural': 'chances in the waiting list',
                        'constraints': [models.UniqueConstraint(fields=('region', 'organisation', 'kind', 'version'), name='bookings_waitlist_odds_version', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('served__lte', models.F('looks'))), name='bookings_waitlist_odds_served')],
                    },
                ),
            ],
        ),
    ]
