import django.core.validators
import django.db.models.deletion
import kernel.codes
import kernel.postgres.creating
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('bookings_waiting', '0001_initial'), ('bookings_waiting', '0002_words_of_refusals'), ('bookings_waiting', '0003_turns_by_person')]

    initial = True

    dependencies = [
        ('accounts_organisations', '0001_initial'),
        ('kernel_places', '0001_initial'),
    ]

    operations = [
        kernel.postgres.creating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='Sale',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name_zh', models.CharField(max_length=120, verbose_name='Chinese name')),
                        ('name_en', models.CharField(blank=True, max_length=160, verbose_name='English name')),
                        ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel_places.region', verbose_name='region')),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts_organisations.organisation', verbose_name='supplier')),
                        ('kind', models.CharField(blank=True, help_text='Nothing: everything of this supplier.', max_length=20, verbose_name='kind')),
                        ('first_date', models.DateField(verbose_name='first day')),
                        ('last_date', models.DateField(verbose_name='last day')),
                        ('gathers_at', models.DateTimeField(verbose_name='the line forms from')),
                        ('opens_at', models.DateTimeField(verbose_name='the sale opens')),
                        ('closes_at', models.DateTimeField(verbose_name='the line ends')),
                        ('per_minute', models.PositiveIntegerField(default=300, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(60000)], verbose_name='let in a minute')),
                        ('inside_most', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='at most inside at a time')),
                        ('pass_minutes', models.PositiveSmallIntegerField(default=10, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(120)], verbose_name='minutes to order once inside')),
                        ('is_announced', models.BooleanField(default=False, verbose_name='announced')),
                        ('is_paused', models.BooleanField(default=False, verbose_name='paused')),
                        ('seed', models.CharField(default=kernel.codes.new_token, editable=False, max_length=32, verbose_name='seed of the draw')),
                        ('joined', models.PositiveIntegerField(default=0, editable=False, verbose_name='in line so far')),
                        ('early', models.PositiveIntegerField(editable=False, null=True, verbose_name='there at the opening')),
                        ('served', models.PositiveIntegerField(default=0, editable=False, verbose_name='called so far')),
                        ('served_at', models.DateTimeField(editable=False, null=True, verbose_name='called at')),
                    ],
                    options={
                        'verbose_name': 'announced sale',
                        'verbose_name_plural': 'announced sales',
                        'indexes': [models.Index(condition=models.Q(('is_announced', True)), fields=['closes_at'], name='bookings_waiting_sale_on')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('gathers_at__lte', models.F('opens_at')), ('opens_at__lt', models.F('closes_at'))), name='bookings_waiting_sale_in_order', violation_error_message='First the line forms, then the sale opens, then the line ends.'), models.CheckConstraint(condition=models.Q(('first_date__lte', models.F('last_date'))), name='bookings_waiting_sale_days', violation_error_message='The last day is before the first.'), models.CheckConstraint(condition=models.Q(('served__lte', models.F('joined'))), name='bookings_waiting_sale_served'), models.CheckConstraint(condition=models.Q(('per_minute__gte', 1)), name='bookings_waiting_sale_pace')],
                    },
                ),
                migrations.CreateModel(
                    name='Turn',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('sale', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='turns', to='bookings_waiting.sale', verbose_name='announced sale')),
                        ('person', models.CharField(max_length=64, verbose_name='who')),
                        ('number', models.PositiveIntegerField(verbose_name='number')),
                        ('joined_at', models.DateTimeField(verbose_name='joined at')),
                        ('entered_at', models.DateTimeField(null=True, verbose_name='came in at')),
                        ('pass_until', models.DateTimeField(null=True, verbose_name='pass good until')),
                        ('order_key', models.CharField(blank=True, max_length=64, verbose_name='key of the order')),
                        ('order_key_at', models.DateTimeField(null=True, verbose_name='reserved at')),
                        ('finished_at', models.DateTimeField(null=True, verbose_name='done at')),
                    ],
                    options={
                        'verbose_name': 'place in line',
                        'verbose_name_plural': 'places in line',
                        'indexes': [models.Index(condition=models.Q(('entered_at__isnull', False), ('finished_at__isnull', True)), fields=['sale', 'pass_until'], name='bookings_waiting_turn_inside'), models.Index(fields=['sale', 'person'], name='bookings_waiting_turn_person')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('finished_at__isnull', True)), fields=('sale', 'person'), name='bookings_waiting_turn_once_a_person'), models.UniqueConstraint(fields=('sale', 'number'), name='bookings_waiting_turn_number')],
                    },
                ),
            ],
        ),
    ]
