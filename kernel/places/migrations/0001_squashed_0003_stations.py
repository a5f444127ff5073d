import django.core.validators
import django.db.models.deletion
import kernel.postgres.creating
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('kernel_places', '0001_initial'), ('kernel_places', '0002_calendarday'), ('kernel_places', '0003_stations')]

    initial = True

    dependencies = [
    ]

    operations = [
        kernel.postgres.creating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='Region',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name_zh', models.CharField(max_length=120, verbose_name='Chinese name')),
                        ('name_en', models.CharField(blank=True, max_length=160, verbose_name='English name')),
                        ('slug', models.SlugField(unique=True, verbose_name='short name')),
                        ('timezone', models.CharField(max_length=40, verbose_name='time zone')),
                        ('currency', models.CharField(default='CNY', max_length=3, verbose_name='currency')),
                        ('latitude', models.FloatField(verbose_name='latitude')),
                        ('longitude', models.FloatField(verbose_name='longitude')),
                        ('horizon_days', models.PositiveSmallIntegerField(default=30, verbose_name='days on sale')),
                        ('is_open', models.BooleanField(default=True, verbose_name='open to the public')),
                    ],
                    options={
                        'verbose_name': 'region',
                        'verbose_name_plural': 'regions',
                    },
                ),
                migrations.CreateModel(
                    name='Place',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name_zh', models.CharField(max_length=120, verbose_name='Chinese name')),
                        ('name_en', models.CharField(blank=True, max_length=160, verbose_name='English name')),
                        ('loaded_digest', models.CharField(blank=True, editable=False, max_length=64)),
                        ('source', models.TextField(blank=True, verbose_name='source')),
                        ('confidence', models.CharField(choices=[('HIGH', 'high: an official figure, or two independent sources'), ('MEDIUM', 'medium: one unofficial source'), ('LOW', 'low: a plausible guess')], default='LOW', max_length=6, verbose_name='confidence')),
                        ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='confirmed at')),
                        ('confirmed_by', models.CharField(blank=True, max_length=64, verbose_name='confirmed by')),
                        ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='places', to='kernel_places.region', verbose_name='region')),
                        ('slug', models.SlugField(max_length=80, verbose_name='short name')),
                        ('kind', models.CharField(max_length=30, verbose_name='kind')),
                        ('latitude', models.FloatField(validators=[django.core.validators.MinValueValidator(-90), django.core.validators.MaxValueValidator(90)], verbose_name='latitude')),
                        ('longitude', models.FloatField(validators=[django.core.validators.MinValueValidator(-180), django.core.validators.MaxValueValidator(180)], verbose_name='longitude')),
                        ('error_m', models.PositiveIntegerField(default=0, verbose_name='position error (m)')),
                        ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='kernel_places.place', verbose_name='part of')),
                        ('platform', models.CharField(blank=True, db_default='', default='', max_length=60, verbose_name='platform')),
                    ],
                    options={
                        'verbose_name': 'place',
                        'verbose_name_plural': 'places',
                        'constraints': [models.UniqueConstraint(fields=('region', 'slug'), name='kernel_places_place_slug')],
                    },
                ),
                migrations.CreateModel(
                    name='CalendarDay',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('loaded_digest', models.CharField(blank=True, editable=False, max_length=64)),
                        ('source', models.TextField(blank=True, verbose_name='source')),
                        ('confidence', models.CharField(choices=[('HIGH', 'high: an official figure, or two independent sources'), ('MEDIUM', 'medium: one unofficial source'), ('LOW', 'low: a plausible guess')], default='LOW', max_length=6, verbose_name='confidence')),
                        ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='confirmed at')),
                        ('confirmed_by', models.CharField(blank=True, max_length=64, verbose_name='confirmed by')),
                        ('region', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='kernel_places.region', verbose_name='region')),
                        ('date', models.DateField(verbose_name='date')),
                        ('day_type', models.CharField(choices=[('WORKDAY', 'working day'), ('WEEKEND', 'weekend'), ('HOLIDAY', 'public holiday'), ('MAKEUP', 'weekend worked instead')], max_length=7, verbose_name='kind of day')),
                        ('name_zh', models.CharField(blank=True, max_length=60, verbose_name='holiday (Chinese)')),
                        ('name_en', models.CharField(blank=True, max_length=60, verbose_name='holiday (English)')),
                    ],
                    options={
                        'verbose_name': 'calendar day',
                        'verbose_name_plural': 'calendar days',
                        'db_table': 'tourism_areas_calendarday',
                        'constraints': [models.UniqueConstraint(fields=('region', 'date'), name='tourism_areas_calendarday_date')],
                    },
                ),
            ],
        ),
    ]
