import datetime
import django.core.validators
import django.db.models.deletion
import kernel.postgres.creating
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('tourism_areas', '0001_initial'), ('tourism_areas', '0002_calendar_to_places'), ('tourism_areas', '0003_gates_and_joint_scans'), ('tourism_areas', '0004_asks_first')]

    initial = True

    dependencies = [
        ('accounts_organisations', '0001_initial'),
        ('kernel_places', '0002_calendarday'),
    ]

    operations = [
        kernel.postgres.creating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='ScenicArea',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name_zh', models.CharField(max_length=120, verbose_name='Chinese name')),
                        ('name_en', models.CharField(blank=True, max_length=160, verbose_name='English name')),
                        ('loaded_digest', models.CharField(blank=True, editable=False, max_length=64)),
                        ('source', models.TextField(blank=True, verbose_name='source')),
                        ('confidence', models.CharField(choices=[('HIGH', 'high: an official figure, or two independent sources'), ('MEDIUM', 'medium: one unofficial source'), ('LOW', 'low: a plausible guess')], default='LOW', max_length=6, verbose_name='confidence')),
                        ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='confirmed at')),
                        ('confirmed_by', models.CharField(blank=True, max_length=64, verbose_name='confirmed by')),
                        ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='kernel_places.region', verbose_name='region')),
                        ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='kernel_places.place', verbose_name='place')),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='accounts_organisations.organisation', verbose_name='operator')),
                        ('part_of', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to='tourism_areas.scenicarea', verbose_name='part of')),
                        ('slug', models.SlugField(max_length=60, verbose_name='address')),
                        ('level', models.CharField(blank=True, choices=[('5A', '5A'), ('4A', '4A'), ('3A', '3A')], max_length=2, verbose_name='grade')),
                        ('kind', models.CharField(choices=[('mountain', 'mountain'), ('village', 'village'), ('town', 'old town'), ('street', 'street'), ('museum', 'museum'), ('heritage', 'monuments'), ('valley', 'valley'), ('river', 'river'), ('lake', 'lake'), ('forest', 'forest'), ('cave', 'caves'), ('spa', 'hot spring'), ('subarea', 'part of a scenic area')], max_length=12, verbose_name='kind')),
                        ('group_zh', models.CharField(blank=True, max_length=100, verbose_name='group (Chinese)')),
                        ('group_en', models.CharField(blank=True, max_length=100, verbose_name='group (English)')),
                        ('description_zh', models.TextField(blank=True, max_length=1000, verbose_name='description (Chinese)')),
                        ('description_en', models.TextField(blank=True, max_length=1000, verbose_name='description (English)')),
                        ('stay_min', models.PositiveIntegerField(default=120, verbose_name='usual stay (minutes)')),
                        ('daily_cap', models.PositiveIntegerField(verbose_name='visitors a day at most')),
                        ('peak_first_month', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(12)], verbose_name='first month of the peak season')),
                        ('peak_last_month', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(12)], verbose_name='last month of the peak season')),
                        ('closed_weekdays', models.CharField(blank=True, help_text='Numbers of weekdays, Monday is 1: “17” is Monday and Sunday.', max_length=7, verbose_name='closed on')),
                        ('real_name_required', models.BooleanField(default=True, verbose_name='visitors give their names')),
                    ],
                    options={
                        'verbose_name': 'scenic area',
                        'verbose_name_plural': 'scenic areas',
                        'constraints': [models.UniqueConstraint(fields=('region', 'slug'), name='tourism_areas_scenicarea_slug'), models.CheckConstraint(condition=models.Q(('peak_first_month__gte', 1), ('peak_first_month__lte', 12), ('peak_last_month__gte', 1), ('peak_last_month__lte', 12)), name='tourism_areas_scenicarea_peak_months'), models.CheckConstraint(condition=models.Q(('closed_weekdays__regex', '^[1-7]*$')), name='tourism_areas_scenicarea_closed_weekdays')],
                    },
                ),
                migrations.CreateModel(
                    name='OpeningHours',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('loaded_digest', models.CharField(blank=True, editable=False, max_length=64)),
                        ('area', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='hours', to='tourism_areas.scenicarea', verbose_name='scenic area')),
                        ('season', models.CharField(choices=[('PEAK', 'peak season'), ('OFF', 'off season')], max_length=4, verbose_name='season')),
                        ('opens', models.TimeField(verbose_name='opens')),
                        ('closes', models.TimeField(help_text='00:00 is midnight at the end of the day.', verbose_name='closes')),
                    ],
                    options={
                        'verbose_name': 'opening hours',
                        'verbose_name_plural': 'opening hours',
                        'constraints': [models.UniqueConstraint(fields=('area', 'season'), name='tourism_areas_openinghours_season'), models.CheckConstraint(condition=models.Q(('opens__lt', models.F('closes')), ('closes', datetime.time(0, 0)), _connector='OR'), name='tourism_areas_openinghours_in_order')],
                    },
                ),
                migrations.CreateModel(
                    name='Closure',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('area', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='closures', to='tourism_areas.scenicarea', verbose_name='scenic area')),
                        ('first_date', models.DateField(verbose_name='first day')),
                        ('last_date', models.DateField(verbose_name='last day')),
                        ('reason_zh', models.CharField(max_length=200, verbose_name='reason (Chinese)')),
                        ('reason_en', models.CharField(max_length=200, verbose_name='reason (English)')),
                    ],
                    options={
                        'verbose_name': 'closure',
                        'verbose_name_plural': 'closures',
                        'constraints': [models.CheckConstraint(condition=models.Q(('first_date__lte', models.F('last_date'))), name='tourism_areas_closure_in_order')],
                    },
                ),
                migrations.CreateModel(
                    name='Gate',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name_zh', models.CharField(max_length=120, verbose_name='Chinese name')),
                        ('name_en', models.CharField(blank=True, max_length=160, verbose_name='English name')),
                        ('loaded_digest', models.CharField(blank=True, editable=False, max_length=64)),
                        ('source', models.TextField(blank=True, verbose_name='source')),
                        ('confidence', models.CharField(choices=[('HIGH', 'high: an official figure, or two independent sources'), ('MEDIUM', 'medium: one unofficial source'), ('LOW', 'low: a plausible guess')], default='LOW', max_length=6, verbose_name='confidence')),
                        ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='confirmed at')),
                        ('confirmed_by', models.CharField(blank=True, max_length=64, verbose_name='confirmed by')),
                        ('area', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='gates', to='tourism_areas.scenicarea', verbose_name='scenic area')),
                        ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='kernel_places.place', verbose_name='place')),
                        ('slug', models.SlugField(max_length=60, verbose_name='address')),
                        ('scans', models.CharField(choices=[('IN', 'entry only'), ('OUT', 'exit only'), ('BOTH', 'entry and exit')], db_default='IN', default='IN', max_length=4, verbose_name='scanned')),
                        ('asks_first', models.BooleanField(db_default=False, default=False, verbose_name='show first, then confirm')),
                    ],
                    options={
                        'verbose_name': 'gate',
                        'verbose_name_plural': 'gates',
                        'constraints': [models.UniqueConstraint(fields=('area', 'slug'), name='tourism_areas_gate_slug')],
                    },
                ),
                migrations.CreateModel(
                    name='Cableway',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name_zh', models.CharField(max_length=120, verbose_name='Chinese name')),
                        ('name_en', models.CharField(blank=True, max_length=160, verbose_name='English name')),
                        ('loaded_digest', models.CharField(blank=True, editable=False, max_length=64)),
                        ('source', models.TextField(blank=True, verbose_name='source')),
                        ('confidence', models.CharField(choices=[('HIGH', 'high: an official figure, or two independent sources'), ('MEDIUM', 'medium: one unofficial source'), ('LOW', 'low: a plausible guess')], default='LOW', max_length=6, verbose_name='confidence')),
                        ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='confirmed at')),
                        ('confirmed_by', models.CharField(blank=True, max_length=64, verbose_name='confirmed by')),
                        ('area', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='cableways', to='tourism_areas.scenicarea', verbose_name='scenic area')),
                        ('from_place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel_places.place', verbose_name='lower station')),
                        ('to_place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel_places.place', verbose_name='upper station')),
                        ('slug', models.SlugField(max_length=60, verbose_name='address')),
                        ('kind', models.CharField(choices=[('gondola', 'gondola'), ('aerial_tram', 'aerial tram'), ('funicular', 'funicular'), ('shuttle', 'inner shuttle')], max_length=12, verbose_name='kind')),
                        ('length_m', models.PositiveIntegerField(verbose_name='length (m)')),
                        ('rise_m', models.PositiveIntegerField(verbose_name='rise (m)')),
                        ('ride_min', models.PositiveIntegerField(verbose_name='ride (minutes)')),
                        ('capacity_per_hour', models.PositiveIntegerField(verbose_name='persons an hour, one way')),
                        ('peak_adult_fen', models.PositiveIntegerField(verbose_name='adult, peak season (fen)')),
                        ('peak_child_fen', models.PositiveIntegerField(verbose_name='child, peak season (fen)')),
                        ('off_adult_fen', models.PositiveIntegerField(verbose_name='adult, off season (fen)')),
                        ('off_child_fen', models.PositiveIntegerField(verbose_name='child, off season (fen)')),
                        ('peak_opens', models.TimeField(blank=True, null=True, verbose_name='opens, peak season')),
                        ('peak_closes', models.TimeField(blank=True, null=True, verbose_name='closes, peak season')),
                        ('off_opens', models.TimeField(blank=True, null=True, verbose_name='opens, off season')),
                        ('off_closes', models.TimeField(blank=True, null=True, verbose_name='closes, off season')),
                    ],
                    options={
                        'verbose_name': 'cableway',
                        'verbose_name_plural': 'cableways',
                        'constraints': [models.UniqueConstraint(fields=('area', 'slug'), name='tourism_areas_cableway_slug')],
                    },
                ),
                migrations.CreateModel(
                    name='JointScan',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('area', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='joint_scans', to='tourism_areas.scenicarea', verbose_name='scenic area')),
                        ('gate', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='joint_scans', to='tourism_areas.gate', verbose_name='at the gate')),
                        ('station', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='joint_scans', to='tourism_areas.cableway', verbose_name='at the stations of')),
                        ('also', models.ForeignKey(blank=True, help_text='Empty: the admission of the area.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tourism_areas.cableway', verbose_name='is good for')),
                    ],
                    options={
                        'verbose_name': 'joint scan',
                        'verbose_name_plural': 'joint scans',
                        'constraints': [models.UniqueConstraint(fields=('gate', 'station', 'also'), name='tourism_areas_jointscan_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(models.Q(('also__isnull', False), ('gate__isnull', False), ('station__isnull', True)), models.Q(('gate__isnull', True), ('station__isnull', False)), _connector='OR'), name='tourism_areas_jointscan_at_one_place'), models.CheckConstraint(condition=models.Q(('station__isnull', True), ('also__isnull', True), models.Q(('also', models.F('station')), _negated=True), _connector='OR'), name='tourism_areas_jointscan_of_another')],
                    },
                ),
                migrations.CreateModel(
                    name='Notice',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('area', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='tourism_areas.scenicarea', verbose_name='scenic area')),
                        ('urgency', models.CharField(choices=[('INFO', 'information'), ('WARNING', 'warning')], default='INFO', max_length=7, verbose_name='urgency')),
                        ('title_zh', models.CharField(max_length=100, verbose_name='title (Chinese)')),
                        ('title_en', models.CharField(max_length=100, verbose_name='title (English)')),
                        ('body_zh', models.TextField(blank=True, max_length=2000, verbose_name='text (Chinese)')),
                        ('body_en', models.TextField(blank=True, max_length=2000, verbose_name='text (English)')),
                        ('valid_from', models.DateTimeField(verbose_name='shown from')),
                        ('valid_until', models.DateTimeField(blank=True, null=True, verbose_name='shown until')),
                    ],
                    options={
                        'verbose_name': 'notice',
                        'verbose_name_plural': 'notices',
                        'constraints': [models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_from__lt', models.F('valid_until')), _connector='OR'), name='tourism_areas_notice_in_order')],
                    },
                ),
            ],
        ),
    ]
