import django.core.validators
import django.db.models.deletion
import kernel.postgres.creating
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('tourism_crowd', '0001_initial'), ('tourism_crowd', '0002_where_caps_come_from')]

    initial = True

    dependencies = [
        ('accounts_identity', '__first__'),
        ('kernel_places', '0002_calendarday'),
        ('tourism_areas', '0002_calendar_to_places'),
    ]

    operations = [
        kernel.postgres.creating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='Watch',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('loaded_digest', models.CharField(blank=True, editable=False, max_length=64)),
                        ('source', models.TextField(blank=True, verbose_name='source')),
                        ('confidence', models.CharField(choices=[('HIGH', 'high: an official figure, or two independent sources'), ('MEDIUM', 'medium: one unofficial source'), ('LOW', 'low: a plausible guess')], default='LOW', max_length=6, verbose_name='confidence')),
                        ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='confirmed at')),
                        ('confirmed_by', models.CharField(blank=True, max_length=64, verbose_name='confirmed by')),
                        ('area', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='watch', to='tourism_areas.scenicarea', verbose_name='scenic area')),
                        ('instant_cap', models.PositiveIntegerField(blank=True, help_text="Sales of today's entry stop while so many are inside. Empty: no limit.", null=True, verbose_name='people inside at most')),
                        ('scans_exits', models.BooleanField(default=False, verbose_name='exits are scanned')),
                        ('stay_min', models.PositiveIntegerField(blank=True, null=True, verbose_name='stay (minutes)')),
                        ('leave_min', models.PositiveIntegerField(default=60, verbose_name='all have left after closing (minutes)')),
                        ('first_percent', models.PositiveSmallIntegerField(default=50, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(99)], verbose_name='first level (%)')),
                        ('second_percent', models.PositiveSmallIntegerField(default=70, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(99)], verbose_name='second level (%)')),
                        ('third_percent', models.PositiveSmallIntegerField(default=90, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(99)], verbose_name='third level (%)')),
                        ('margin_percent', models.PositiveSmallIntegerField(default=5, verbose_name='margin of leaving a level (%)')),
                        ('calm_min', models.PositiveSmallIntegerField(default=10, verbose_name='calm before leaving a level (min)')),
                        ('confirm_above', models.PositiveIntegerField(default=200, verbose_name='a second person confirms a stop for more people than')),
                    ],
                    options={
                        'verbose_name': 'watch over an area',
                        'verbose_name_plural': 'watches over areas',
                        'constraints': [models.CheckConstraint(condition=models.Q(('instant_cap__isnull', True), ('instant_cap__gt', 0), _connector='OR'), name='tourism_crowd_watch_cap'), models.CheckConstraint(condition=models.Q(('first_percent__gte', 1), ('first_percent__lt', models.F('second_percent')), ('second_percent__lt', models.F('third_percent')), ('third_percent__lt', 100)), name='tourism_crowd_watch_levels_rise'), models.CheckConstraint(condition=models.Q(('margin_percent__lt', models.F('first_percent'))), name='tourism_crowd_watch_margin')],
                    },
                ),
                migrations.CreateModel(
                    name='Flow',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('region_id', models.BigIntegerField(verbose_name='region')),
                        ('zone', models.CharField(max_length=60, verbose_name='zone')),
                        ('door', models.CharField(blank=True, max_length=60, verbose_name='door')),
                        ('starts_at', models.DateTimeField(verbose_name='from')),
                        ('entries', models.PositiveIntegerField(default=0, verbose_name='entries')),
                        ('exits', models.PositiveIntegerField(default=0, verbose_name='exits')),
                    ],
                    options={
                        'verbose_name': 'flow',
                        'verbose_name_plural': 'flows',
                        'indexes': [models.Index(fields=['region_id', 'starts_at'], name='tourism_crowd_flow_day')],
                        'constraints': [models.UniqueConstraint(fields=('zone', 'starts_at', 'door'), name='tourism_crowd_flow_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Correction',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tourism_areas.scenicarea', verbose_name='scenic area')),
                        ('people', models.PositiveIntegerField(verbose_name='people counted')),
                        ('delta', models.IntegerField(verbose_name='more than was thought')),
                        ('reason', models.CharField(max_length=200, verbose_name='reason')),
                        ('actor', models.CharField(max_length=64, verbose_name='by')),
                        ('at', models.DateTimeField(verbose_name='at')),
                    ],
                    options={
                        'verbose_name': 'correction of the people inside',
                        'verbose_name_plural': 'corrections of the people inside',
                        'indexes': [models.Index(fields=['area', 'at'], name='tourism_crowd_correction_day')],
                    },
                ),
                migrations.CreateModel(
                    name='Facility',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name_zh', models.CharField(max_length=120, verbose_name='Chinese name')),
                        ('name_en', models.CharField(blank=True, max_length=160, verbose_name='English name')),
                        ('area', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='facilities', to='tourism_areas.scenicarea', verbose_name='scenic area')),
                        ('kind', models.CharField(choices=[('TOILET', 'toilet'), ('FIRST_AID', 'first aid'), ('CHARGER', 'EV charging'), ('CAMERA', 'live camera')], max_length=9, verbose_name='kind')),
                        ('place', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel_places.place', verbose_name='place')),
                        ('opens', models.TimeField(blank=True, null=True, verbose_name='opens')),
                        ('closes', models.TimeField(blank=True, null=True, verbose_name='closes')),
                        ('address', models.URLField(blank=True, validators=[django.core.validators.URLValidator(schemes=['https'])], verbose_name='address of the camera')),
                    ],
                    options={
                        'verbose_name': 'facility',
                        'verbose_name_plural': 'facilities',
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('closes__isnull', True), ('opens__isnull', True)), models.Q(('closes__isnull', False), ('opens__isnull', False), ('opens__lt', models.F('closes'))), _connector='OR'), name='tourism_crowd_facility_hours'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'CAMERA'), models.Q(('address', ''), _negated=True)), models.Q(models.Q(('kind', 'CAMERA'), _negated=True), ('address', '')), _connector='OR'), name='tourism_crowd_facility_camera_has_an_address')],
                    },
                ),
                migrations.CreateModel(
                    name='Standing',
                    fields=[
                        ('watch', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='standing', serialize=False, to='tourism_crowd.watch', verbose_name='watch')),
                        ('level', models.PositiveSmallIntegerField(choices=[(0, 'few people'), (1, 'busy'), (2, 'very busy'), (3, 'nearly full'), (4, 'full')], default=0, verbose_name='level')),
                        ('since', models.DateTimeField(verbose_name='since')),
                        ('calm_since', models.DateTimeField(blank=True, null=True, verbose_name='calm since')),
                    ],
                    options={
                        'verbose_name': 'level of an area',
                        'verbose_name_plural': 'levels of areas',
                        'constraints': [models.CheckConstraint(condition=models.Q(('level__in', [0, 1, 2, 3, 4])), name='tourism_crowd_standing_level')],
                    },
                ),
                migrations.CreateModel(
                    name='Crossing',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='crossings', to='tourism_areas.scenicarea', verbose_name='scenic area')),
                        ('level_from', models.PositiveSmallIntegerField(choices=[(0, 'few people'), (1, 'busy'), (2, 'very busy'), (3, 'nearly full'), (4, 'full')], verbose_name='from level')),
                        ('level_to', models.PositiveSmallIntegerField(choices=[(0, 'few people'), (1, 'busy'), (2, 'very busy'), (3, 'nearly full'), (4, 'full')], verbose_name='to level')),
                        ('people', models.PositiveIntegerField(verbose_name='people inside')),
                        ('cap', models.PositiveIntegerField(verbose_name='people inside at most')),
                        ('at', models.DateTimeField(verbose_name='at')),
                    ],
                    options={
                        'verbose_name': 'crossing of a level',
                        'verbose_name_plural': 'crossings of levels',
                        'indexes': [models.Index(fields=['area', 'at'], name='tourism_crowd_crossing_day')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('level_from', models.F('level_to')), _negated=True), name='tourism_crowd_crossing_moves')],
                    },
                ),
                migrations.CreateModel(
                    name='Measure',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('area', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='measures', to='tourism_areas.scenicarea', verbose_name='scenic area')),
                        ('level', models.PositiveSmallIntegerField(choices=[(1, 'busy'), (2, 'very busy'), (3, 'nearly full'), (4, 'full')], verbose_name='level')),
                        ('text_zh', models.CharField(max_length=200, verbose_name='what to do (Chinese)')),
                        ('text_en', models.CharField(blank=True, max_length=200, verbose_name='what to do (English)')),
                        ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who does it')),
                    ],
                    options={
                        'verbose_name': 'measure at a level',
                        'verbose_name_plural': 'measures at levels',
                        'constraints': [models.CheckConstraint(condition=models.Q(('level__gte', 1), ('level__lte', 4)), name='tourism_crowd_measure_level')],
                    },
                ),
                migrations.CreateModel(
                    name='Duty',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('crossing', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='duties', to='tourism_crowd.crossing', verbose_name='crossing')),
                        ('text', models.JSONField(verbose_name='what to do')),
                        ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who does it')),
                        ('done_at', models.DateTimeField(blank=True, null=True, verbose_name='done at')),
                        ('done_by', models.CharField(blank=True, max_length=64, verbose_name='done by')),
                    ],
                    options={
                        'verbose_name': 'duty',
                        'verbose_name_plural': 'duties',
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('done_at__isnull', True), ('done_by', '')), models.Q(('done_at__isnull', False), models.Q(('done_by', ''), _negated=True)), _connector='OR'), name='tourism_crowd_duty_done_by_somebody')],
                    },
                ),
                migrations.CreateModel(
                    name='Stop',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stops', to='tourism_areas.scenicarea', verbose_name='scenic area')),
                        ('gate', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tourism_areas.gate', verbose_name='gate')),
                        ('cableway', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tourism_areas.cableway', verbose_name='cableway')),
                        ('reason_zh', models.CharField(max_length=200, verbose_name='reason (Chinese)')),
                        ('reason_en', models.CharField(max_length=200, verbose_name='reason (English)')),
                        ('starts_at', models.DateTimeField(verbose_name='shut from')),
                        ('until', models.DateTimeField(blank=True, null=True, verbose_name='shut until')),
                        ('state', models.CharField(choices=[('STANDING', 'shut'), ('ENDED', 'open again'), ('UNDONE', 'undone')], default='STANDING', max_length=8, verbose_name='state')),
                        ('affected', models.PositiveIntegerField(verbose_name='people who have booked')),
                        ('needs_second', models.BooleanField(verbose_name='a second person must confirm')),
                        ('made_by', models.CharField(max_length=64, verbose_name='by')),
                        ('made_at', models.DateTimeField(verbose_name='made at')),
                        ('confirmed_by', models.CharField(blank=True, max_length=64, verbose_name='confirmed by')),
                        ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='confirmed at')),
                        ('carried_out_at', models.DateTimeField(blank=True, null=True, verbose_name='carried out at')),
                        ('ended_by', models.CharField(blank=True, max_length=64, verbose_name='ended by')),
                        ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
                    ],
                    options={
                        'verbose_name': 'stop',
                        'verbose_name_plural': 'stops',
                        'indexes': [models.Index(condition=models.Q(('state', 'STANDING')), fields=['area'], name='tourism_crowd_stop_holds')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('gate__isnull', True), ('cableway__isnull', True), _connector='OR'), name='tourism_crowd_stop_of_one_thing'), models.CheckConstraint(condition=models.Q(('until__isnull', True), ('starts_at__lt', models.F('until')), _connector='OR'), name='tourism_crowd_stop_in_order'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('state', 'STANDING')), models.Q(models.Q(('state', 'STANDING'), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='tourism_crowd_stop_ended'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'UNDONE'), _negated=True), ('carried_out_at__isnull', True), _connector='OR'), name='tourism_crowd_stop_undone_in_time'), models.CheckConstraint(condition=models.Q(('carried_out_at__isnull', True), ('needs_second', False), ('confirmed_at__isnull', False), _connector='OR'), name='tourism_crowd_stop_confirmed'), models.CheckConstraint(condition=models.Q(('confirmed_by', ''), models.Q(('confirmed_by', models.F('made_by')), _negated=True), _connector='OR'), name='tourism_crowd_stop_by_two'), models.UniqueConstraint(condition=models.Q(('state', 'STANDING')), fields=('area', 'gate', 'cableway'), name='tourism_crowd_stop_standing_once', nulls_distinct=False)],
                    },
                ),
            ],
        ),
    ]
