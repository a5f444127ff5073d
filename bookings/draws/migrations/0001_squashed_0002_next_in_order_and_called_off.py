import django.db.models.deletion
import kernel.postgres.creating
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('bookings_draws', '0001_initial'), ('bookings_draws', '0002_next_in_order_and_called_off')]

    initial = True

    dependencies = [
        ('accounts_organisations', '0002_agencies'),
        ('bookings_waitlist', '0004_drawn'),
        ('kernel_places', '0002_calendarday'),
    ]

    operations = [
        kernel.postgres.creating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='Draw',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel_places.region', verbose_name='region')),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts_organisations.organisation', verbose_name='supplier')),
                        ('place_id', models.BigIntegerField(blank=True, null=True, verbose_name='place')),
                        ('kind', models.CharField(max_length=20, verbose_name='kind')),
                        ('ref', models.CharField(max_length=80, verbose_name='reference')),
                        ('title', models.JSONField(verbose_name='title')),
                        ('subtitle', models.JSONField(blank=True, default=dict, verbose_name='subtitle')),
                        ('starts_at', models.DateTimeField(verbose_name='starts at')),
                        ('ends_at', models.DateTimeField(verbose_name='ends at')),
                        ('places', models.PositiveIntegerField(verbose_name='places')),
                        ('bucket_id', models.BigIntegerField(verbose_name='bucket')),
                        ('share_id', models.BigIntegerField(verbose_name='bucket of the draw')),
                        ('state', models.CharField(choices=[('OPEN', 'open for entries'), ('CLOSED', 'closed, to be drawn'), ('DRAWN', 'drawn'), ('OFF', 'called off')], default='OPEN', max_length=6, verbose_name='state')),
                        ('opens_at', models.DateTimeField(verbose_name='open from')),
                        ('closes_at', models.DateTimeField(verbose_name='open until')),
                        ('mixes_public', models.BooleanField(default=False, verbose_name='mixes in a public value')),
                        ('seed_sealed', models.TextField(verbose_name='seed, sealed')),
                        ('commitment', models.CharField(max_length=64, verbose_name='SHA-256 of the seed')),
                        ('list_hash', models.CharField(blank=True, max_length=64, verbose_name='SHA-256 of the list')),
                        ('public_value', models.CharField(blank=True, max_length=100, verbose_name='public value')),
                        ('value_by', models.CharField(blank=True, max_length=64, verbose_name='public value by')),
                        ('value_confirmed_by', models.CharField(blank=True, max_length=64, verbose_name='public value confirmed by')),
                        ('seed', models.CharField(blank=True, max_length=64, verbose_name='seed')),
                        ('made_by', models.CharField(max_length=64, verbose_name='by')),
                        ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed at')),
                        ('drawn_at', models.DateTimeField(blank=True, null=True, verbose_name='drawn at')),
                        ('calls_until', models.DateTimeField(blank=True, null=True, verbose_name='next in the order until')),
                        ('off_at', models.DateTimeField(blank=True, null=True, verbose_name='called off at')),
                        ('off_by', models.CharField(blank=True, db_default='', max_length=64, verbose_name='called off by')),
                        ('off_reason_zh', models.CharField(blank=True, db_default='', max_length=200, verbose_name='why it was called off (Chinese)')),
                        ('off_reason_en', models.CharField(blank=True, db_default='', max_length=200, verbose_name='why it was called off (English)')),
                    ],
                    options={
                        'verbose_name': 'draw',
                        'verbose_name_plural': 'draws',
                        'indexes': [models.Index(condition=models.Q(('state__in', ('OPEN', 'CLOSED'))), fields=['closes_at'], name='bookings_draws_to_come')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('places__gt', 0)), name='bookings_draws_draw_places'), models.CheckConstraint(condition=models.Q(('closes_at__lt', models.F('starts_at')), ('opens_at__lt', models.F('closes_at'))), name='bookings_draws_draw_in_order'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('list_hash', ''), ('state', 'OPEN')), models.Q(models.Q(('state', 'OPEN'), _negated=True), models.Q(('list_hash', ''), _negated=True), ('closed_at__isnull', False)), _connector='OR'), name='bookings_draws_draw_closed_with_its_list'), models.CheckConstraint(condition=models.Q(models.Q(('drawn_at__isnull', False), ('state', 'DRAWN'), models.Q(('seed', ''), _negated=True)), models.Q(('drawn_at__isnull', True), ('state', 'OFF'), models.Q(('seed', ''), _negated=True)), models.Q(('drawn_at__isnull', True), ('seed', ''), ('state__in', ('OPEN', 'CLOSED'))), _connector='OR'), name='bookings_draws_draw_seed_only_when_over'), models.CheckConstraint(condition=models.Q(models.Q(('off_at__isnull', False), ('state', 'OFF'), models.Q(('off_reason_zh', ''), _negated=True)), models.Q(models.Q(('state', 'OFF'), _negated=True), ('off_at__isnull', True)), _connector='OR'), name='bookings_draws_draw_off_for_a_reason'), models.CheckConstraint(condition=models.Q(('value_confirmed_by', ''), models.Q(('value_confirmed_by', models.F('value_by')), _negated=True), _connector='OR'), name='bookings_draws_draw_value_by_two'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'DRAWN'), _negated=True), ('mixes_public', False), models.Q(models.Q(('public_value', ''), _negated=True), models.Q(('value_confirmed_by', ''), _negated=True)), _connector='OR'), name='bookings_draws_draw_with_its_value'), models.UniqueConstraint(fields=('kind', 'ref'), name='bookings_draws_draw_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Slip',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('draw', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='slips', to='bookings_draws.draw', verbose_name='draw')),
                        ('number', models.CharField(max_length=32, verbose_name='number')),
                        ('actor', models.CharField(db_index=True, max_length=64, verbose_name='buyer')),
                        ('user_id', models.BigIntegerField(blank=True, null=True, verbose_name='user')),
                        ('request_key', models.CharField(max_length=64, verbose_name='request key')),
                        ('party', models.JSONField(verbose_name='party')),
                        ('owners', models.JSONField(verbose_name='traveller books')),
                        ('size', models.PositiveSmallIntegerField(verbose_name='people')),
                        ('limit_fen', models.BigIntegerField(verbose_name='at most (fen)')),
                        ('pay_by', models.CharField(blank=True, max_length=20, verbose_name='charged at once by')),
                        ('language', models.CharField(max_length=10, verbose_name='language')),
                        ('contact_sealed', models.TextField(blank=True, verbose_name='contact, sealed')),
                        ('contact_masked', models.CharField(blank=True, max_length=40, verbose_name='contact')),
                        ('entered_at', models.DateTimeField(verbose_name='entered at')),
                        ('rank', models.PositiveIntegerField(blank=True, null=True, verbose_name='rank')),
                        ('has_won', models.BooleanField(default=False, verbose_name='has won')),
                        ('step', models.PositiveIntegerField(db_default=0, default=0, verbose_name='won with step')),
                        ('entry', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='bookings_waitlist.entry', verbose_name='served as')),
                    ],
                    options={
                        'verbose_name': 'entry in a draw',
                        'verbose_name_plural': 'entries in draws',
                        'constraints': [models.UniqueConstraint(fields=('actor', 'request_key'), name='bookings_draws_slip_request'), models.UniqueConstraint(fields=('draw', 'number'), name='bookings_draws_slip_number'), models.UniqueConstraint(fields=('draw', 'rank'), name='bookings_draws_slip_rank'), models.CheckConstraint(condition=models.Q(('size__gt', 0)), name='bookings_draws_slip_size'), models.CheckConstraint(condition=models.Q(('limit_fen__gte', 0)), name='bookings_draws_slip_limit'), models.CheckConstraint(condition=models.Q(models.Q(('entry__isnull', False), ('has_won', True), ('rank__isnull', False)), models.Q(('entry__isnull', True), ('has_won', False)), _connector='OR'), name='bookings_draws_slip_won_is_served')],
                    },
                ),
                migrations.CreateModel(
                    name='Vacancy',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('draw', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='vacancies', to='bookings_draws.draw', verbose_name='draw')),
                        ('number', models.PositiveIntegerField(verbose_name='step')),
                        ('slip', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='vacancy', to='bookings_draws.slip', verbose_name='entry in a draw')),
                        ('at', models.DateTimeField(verbose_name='at')),
                    ],
                    options={
                        'verbose_name': 'places not taken',
                        'verbose_name_plural': 'places not taken',
                        'constraints': [models.UniqueConstraint(fields=('draw', 'number'), name='bookings_draws_vacancy_number'), models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='bookings_draws_vacancy_from_one')],
                    },
                ),
                migrations.CreateModel(
                    name='Entrant',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('slip', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='entrants', to='bookings_draws.slip', verbose_name='entry in a draw')),
                        ('draw', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='bookings_draws.draw', verbose_name='draw')),
                        ('identity', models.CharField(max_length=80, verbose_name='identity index')),
                    ],
                    options={
                        'verbose_name': 'person in a draw',
                        'verbose_name_plural': 'people in draws',
                        'constraints': [models.UniqueConstraint(fields=('draw', 'identity'), name='bookings_draws_entrant_once')],
                    },
                ),
            ],
        ),
    ]
