import django.core.validators
import django.db.models.deletion
import kernel.postgres.creating
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('transport_direct', '0001_initial'), ('transport_direct', '0002_leaving_key'), ('transport_direct', '0003_shuttle_departures')]

    initial = True

    dependencies = [
        ('bookings_orders', '0015_unused_lines'),
        ('transport_lines', '0009_relief'),
    ]

    operations = [
        kernel.postgres.creating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='DirectShuttle',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('loaded_digest', models.CharField(blank=True, editable=False, max_length=64)),
                        ('source', models.TextField(blank=True, verbose_name='source')),
                        ('confidence', models.CharField(choices=[('HIGH', 'high: an official figure, or two independent sources'), ('MEDIUM', 'medium: one unofficial source'), ('LOW', 'low: a plausible guess')], default='LOW', max_length=6, verbose_name='confidence')),
                        ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='confirmed at')),
                        ('confirmed_by', models.CharField(blank=True, max_length=64, verbose_name='confirmed by')),
                        ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='directs', to='transport_lines.shuttleline', verbose_name='line')),
                        ('pattern', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='direct', to='transport_lines.pattern', verbose_name='stop pattern')),
                        ('leaves', models.CharField(choices=[('WHEN_FULL', 'when it is full'), ('TIMETABLE', 'by the timetable')], max_length=9, verbose_name='vehicles leave')),
                        ('window_min', models.PositiveSmallIntegerField(help_text='0: all day. For days that are laid out from now on.', validators=[django.core.validators.MaxValueValidator(720)], verbose_name='a ticket is good for (minutes)')),
                        ('per_hour', models.PositiveIntegerField(help_text='For days that are laid out from now on.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(20000)], verbose_name='people carried an hour')),
                        ('first_s', models.PositiveIntegerField(validators=[django.core.validators.MaxValueValidator(345600)], verbose_name='first departure (seconds after midnight)')),
                        ('last_s', models.PositiveIntegerField(validators=[django.core.validators.MaxValueValidator(345600)], verbose_name='last departure (seconds after midnight)')),
                        ('is_on_sale', models.BooleanField(default=True, verbose_name='on sale')),
                    ],
                    options={
                        'verbose_name': 'direct shuttle',
                        'verbose_name_plural': 'direct shuttles',
                        'constraints': [models.CheckConstraint(condition=models.Q(('first_s__lt', models.F('last_s'))), name='transport_direct_shuttle_in_order'), models.CheckConstraint(condition=models.Q(('per_hour__gte', 1), ('window_min__lte', 720)), name='transport_direct_shuttle_figures')],
                    },
                ),
                migrations.CreateModel(
                    name='Window',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('shuttle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='windows', to='transport_direct.directshuttle', verbose_name='direct shuttle')),
                        ('service_date', models.DateField(verbose_name='service day')),
                        ('starts_at', models.DateTimeField(verbose_name='from')),
                        ('ends_at', models.DateTimeField(verbose_name='until')),
                        ('bucket_id', models.BigIntegerField(unique=True, verbose_name='bucket')),
                        ('extra', models.PositiveSmallIntegerField(default=0, verbose_name='vehicles added')),
                        ('state', models.CharField(choices=[('SCHEDULED', 'scheduled'), ('CANCELLED', 'cancelled')], default='SCHEDULED', max_length=9, verbose_name='state')),
                    ],
                    options={
                        'verbose_name': 'boarding window',
                        'verbose_name_plural': 'boarding windows',
                        'indexes': [models.Index(fields=['shuttle', 'service_date'], name='transport_direct_window_day'), models.Index(fields=['ends_at'], name='transport_direct_window_ends')],
                        'constraints': [models.UniqueConstraint(fields=('shuttle', 'starts_at'), name='transport_direct_window_once'), models.CheckConstraint(condition=models.Q(('starts_at__lt', models.F('ends_at'))), name='transport_direct_window_in_order')],
                    },
                ),
                migrations.CreateModel(
                    name='DirectRide',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('line', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='bookings_orders.line', verbose_name='order line')),
                        ('window', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rides', to='transport_direct.window', verbose_name='boarding window')),
                        ('riders', models.PositiveSmallIntegerField(verbose_name='riders')),
                    ],
                    options={
                        'verbose_name': 'direct ride',
                        'verbose_name_plural': 'direct rides',
                        'constraints': [models.CheckConstraint(condition=models.Q(('riders__gte', 1)), name='transport_direct_ride_riders')],
                    },
                ),
                migrations.CreateModel(
                    name='ShuttleDeparture',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('shuttle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='departures', to='transport_direct.directshuttle', verbose_name='direct shuttle')),
                        ('seats', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(200)], verbose_name='seats')),
                        ('due_at', models.DateTimeField(blank=True, null=True, verbose_name='said to come at')),
                        ('left_at', models.DateTimeField(blank=True, null=True, verbose_name='left at')),
                        ('people', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='people on board')),
                        ('still_waiting', models.PositiveIntegerField(blank=True, null=True, verbose_name='people still waiting')),
                        ('request_key', models.CharField(max_length=64, verbose_name='request')),
                        ('leaving_key', models.CharField(blank=True, db_default='', default='', max_length=64, verbose_name='request of its departure')),
                        ('said_by', models.CharField(max_length=64, verbose_name='said by')),
                        ('window', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='added', to='transport_direct.window', verbose_name='added to the window')),
                    ],
                    options={
                        'verbose_name': 'departure of a shuttle',
                        'verbose_name_plural': 'departures of shuttles',
                        'db_table': 'transport_direct_vehicle',
                        'indexes': [models.Index(fields=['shuttle', 'left_at'], name='transport_direct_left'), models.Index(condition=models.Q(('left_at__isnull', True)), fields=['shuttle', 'due_at'], name='transport_direct_due')],
                        'constraints': [models.UniqueConstraint(fields=('shuttle', 'request_key'), name='transport_direct_vehicle_request'), models.CheckConstraint(condition=models.Q(('due_at__isnull', False), ('left_at__isnull', False), _connector='OR'), name='transport_direct_vehicle_when'), models.CheckConstraint(condition=models.Q(models.Q(('left_at__isnull', True), ('people__isnull', True)), models.Q(('left_at__isnull', False), ('people__isnull', False), ('people__lte', models.F('seats'))), _connector='OR'), name='transport_direct_vehicle_people'), models.CheckConstraint(condition=models.Q(('still_waiting__isnull', True), ('left_at__isnull', False), _connector='OR'), name='transport_direct_vehicle_counted')],
                    },
                ),
            ],
        ),
    ]
