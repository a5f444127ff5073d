import django.core.validators
import django.db.models.deletion
import kernel.postgres.creating
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts_organisations', '0002_agencies'),
        ('kernel_places', '0003_stations'),
        ('tourism_areas', '0004_asks_first'),
        ('transport_direct', '0001_initial'),
    ]

    operations = [
        kernel.postgres.creating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='Mountain',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name_zh', models.CharField(max_length=120, verbose_name='Chinese name')),
                        ('name_en', models.CharField(blank=True, max_length=160, verbose_name='English name')),
                        ('loaded_digest', models.CharField(blank=True, editable=False, max_length=64)),
                        ('source', models.TextField(blank=True, verbose_name='source')),
                        ('confidence', models.CharField(choices=[('HIGH', 'high: an official figure, or two independent sources'), ('MEDIUM', 'medium: one unofficial source'), ('LOW', 'low: a plausible guess')], default='LOW', max_length=6, verbose_name='confidence')),
                        ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='confirmed at')),
                        ('confirmed_by', models.CharField(blank=True, max_length=64, verbose_name='confirmed by')),
                        ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mountains', to='kernel_places.region', verbose_name='region')),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts_organisations.organisation', verbose_name='operator')),
                        ('slug', models.SlugField(max_length=60, verbose_name='short name')),
                        ('stay_min', models.PositiveSmallIntegerField(default=30, validators=[django.core.validators.MaxValueValidator(720)], verbose_name='least stay (minutes)')),
                        ('reserve', models.PositiveIntegerField(default=0, verbose_name='places kept for walkers')),
                        ('lead_min', models.PositiveSmallIntegerField(default=45, validators=[django.core.validators.MaxValueValidator(600)], verbose_name='a bus needs (minutes)')),
                        ('bus_seats', models.PositiveSmallIntegerField(default=45, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(200)], verbose_name='seats of a bus that is sent')),
                    ],
                    options={
                        'verbose_name': 'mountain',
                        'verbose_name_plural': 'mountains',
                        'constraints': [models.UniqueConstraint(fields=('region', 'slug'), name='portal_descent_mountain_slug'), models.CheckConstraint(condition=models.Q(('bus_seats__gte', 1)), name='portal_descent_mountain_seats')],
                    },
                ),
                migrations.CreateModel(
                    name='Way',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('mountain', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='ways', to='portal_descent.mountain', verbose_name='mountain')),
                        ('cableway', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tourism_areas.cableway', verbose_name='cableway')),
                        ('shuttle', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='transport_direct.directshuttle', verbose_name='direct shuttle')),
                        ('goes', models.CharField(choices=[('UP', 'up'), ('DOWN', 'down'), ('BOTH', 'up and down')], max_length=4, verbose_name='leads')),
                    ],
                    options={
                        'verbose_name': 'way up or down',
                        'verbose_name_plural': 'ways up and down',
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('cableway__isnull', False), ('shuttle__isnull', True)), models.Q(('cableway__isnull', True), ('shuttle__isnull', False), models.Q(('goes', 'BOTH'), _negated=True)), _connector='OR'), name='portal_descent_way_of_one'), models.UniqueConstraint(fields=('mountain', 'cableway', 'shuttle'), name='portal_descent_way_once', nulls_distinct=False)],
                    },
                ),
                migrations.CreateModel(
                    name='Threshold',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('mountain', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='thresholds', to='portal_descent.mountain', verbose_name='mountain')),
                        ('date', models.DateField(verbose_name='day')),
                        ('from_at', models.DateTimeField(verbose_name='from')),
                        ('bucket_id', models.BigIntegerField(unique=True, verbose_name='bucket')),
                    ],
                    options={
                        'verbose_name': 'threshold of a day',
                        'verbose_name_plural': 'thresholds of days',
                        'indexes': [models.Index(fields=['mountain', 'date'], name='portal_descent_threshold_day')],
                        'constraints': [models.UniqueConstraint(fields=('mountain', 'from_at'), name='portal_descent_threshold_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Shortfall',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('mountain', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='shortfalls', to='portal_descent.mountain', verbose_name='mountain')),
                        ('date', models.DateField(verbose_name='day')),
                        ('raised_at', models.DateTimeField(verbose_name='raised at')),
                        ('people', models.PositiveIntegerField(verbose_name='people to bring down')),
                        ('places', models.PositiveIntegerField(verbose_name='places left')),
                        ('buses', models.PositiveIntegerField(verbose_name='buses needed')),
                        ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='over at')),
                    ],
                    options={
                        'verbose_name': 'shortfall',
                        'verbose_name_plural': 'shortfalls',
                        'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('mountain',), name='portal_descent_shortfall_open')],
                    },
                ),
            ],
        ),
    ]
