import django.db.models.deletion
import kernel.postgres.creating
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('transport_feeds', '0001_initial'), ('transport_feeds', '0002_uploads')]

    initial = True

    dependencies = [
        ('accounts_organisations', '0002_agencies'),
        ('kernel_places', '0003_stations'),
        ('transport_lines', '0007_chosen_seats'),
    ]

    operations = [
        kernel.postgres.creating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='Feed',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='feeds', to='kernel_places.region', verbose_name='region')),
                        ('slug', models.SlugField(max_length=60, verbose_name='short name')),
                        ('sha256', models.CharField(blank=True, max_length=64, verbose_name='SHA-256')),
                        ('language', models.CharField(blank=True, max_length=60, verbose_name='language')),
                        ('version', models.CharField(blank=True, max_length=200, verbose_name='version')),
                        ('first_date', models.DateField(blank=True, null=True, verbose_name='first day')),
                        ('last_date', models.DateField(blank=True, null=True, verbose_name='last day')),
                        ('agencies', models.JSONField(blank=True, default=dict, verbose_name='agencies')),
                        ('agency_names', models.JSONField(blank=True, db_default={}, default=dict, verbose_name='names of agencies')),
                        ('notes', models.JSONField(blank=True, default=list, verbose_name='notes')),
                        ('note_count', models.PositiveIntegerField(default=0, verbose_name='number of notes')),
                        ('imported_at', models.DateTimeField(verbose_name='imported at')),
                    ],
                    options={
                        'verbose_name': 'feed',
                        'verbose_name_plural': 'feeds',
                        'constraints': [models.UniqueConstraint(fields=('region', 'slug'), name='transport_feeds_feed_slug')],
                    },
                ),
                migrations.CreateModel(
                    name='FeedFile',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('feed', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='transport_feeds.feed', verbose_name='feed')),
                        ('name', models.CharField(max_length=255, verbose_name='file')),
                        ('content', models.BinaryField(verbose_name='content')),
                    ],
                    options={
                        'verbose_name': 'file of a feed',
                        'verbose_name_plural': 'files of feeds',
                        'constraints': [models.UniqueConstraint(fields=('feed', 'name'), name='transport_feeds_file_name')],
                    },
                ),
                migrations.CreateModel(
                    name='FeedStop',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('feed', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='transport_feeds.feed', verbose_name='feed')),
                        ('gtfs_id', models.CharField(max_length=255, verbose_name='id in the feed')),
                        ('row', models.JSONField(default=dict, verbose_name='row')),
                        ('is_current', models.BooleanField(default=True, verbose_name='in the newest version')),
                        ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel_places.place', verbose_name='place')),
                    ],
                    options={
                        'verbose_name': 'stop of a feed',
                        'verbose_name_plural': 'stops of feeds',
                        'constraints': [models.UniqueConstraint(fields=('feed', 'gtfs_id'), name='transport_feeds_stop_id')],
                    },
                ),
                migrations.CreateModel(
                    name='FeedRoute',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('feed', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='transport_feeds.feed', verbose_name='feed')),
                        ('gtfs_id', models.CharField(max_length=255, verbose_name='id in the feed')),
                        ('row', models.JSONField(default=dict, verbose_name='row')),
                        ('is_current', models.BooleanField(default=True, verbose_name='in the newest version')),
                        ('line', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='feed_route', to='transport_lines.shuttleline', verbose_name='line')),
                    ],
                    options={
                        'verbose_name': 'route of a feed',
                        'verbose_name_plural': 'routes of feeds',
                        'constraints': [models.UniqueConstraint(fields=('feed', 'gtfs_id'), name='transport_feeds_route_id')],
                    },
                ),
                migrations.CreateModel(
                    name='FeedService',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('feed', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='transport_feeds.feed', verbose_name='feed')),
                        ('gtfs_id', models.CharField(max_length=255, verbose_name='id in the feed')),
                        ('row', models.JSONField(default=dict, verbose_name='row')),
                        ('is_current', models.BooleanField(default=True, verbose_name='in the newest version')),
                        ('service', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='transport_lines.service', verbose_name='service')),
                        ('dates', models.JSONField(default=list, verbose_name='dates')),
                    ],
                    options={
                        'verbose_name': 'service of a feed',
                        'verbose_name_plural': 'services of feeds',
                        'indexes': [models.Index(fields=['feed', 'gtfs_id'], name='transport_feeds_service_id')],
                    },
                ),
                migrations.CreateModel(
                    name='FeedTrip',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('feed', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='transport_feeds.feed', verbose_name='feed')),
                        ('gtfs_id', models.CharField(max_length=255, verbose_name='id in the feed')),
                        ('row', models.JSONField(default=dict, verbose_name='row')),
                        ('is_current', models.BooleanField(default=True, verbose_name='in the newest version')),
                        ('trip', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='transport_lines.timetabletrip', verbose_name='trip')),
                        ('frequencies', models.JSONField(default=list, verbose_name='frequencies')),
                    ],
                    options={
                        'verbose_name': 'trip of a feed',
                        'verbose_name_plural': 'trips of feeds',
                        'constraints': [models.UniqueConstraint(fields=('feed', 'gtfs_id'), name='transport_feeds_trip_id')],
                    },
                ),
                migrations.CreateModel(
                    name='FeedPattern',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('feed', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='transport_feeds.feed', verbose_name='feed')),
                        ('pattern', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='transport_lines.pattern', verbose_name='stop pattern')),
                        ('stops', models.JSONField(default=list, verbose_name='stop times')),
                    ],
                    options={
                        'verbose_name': 'stop pattern of a feed',
                        'verbose_name_plural': 'stop patterns of feeds',
                    },
                ),
                migrations.CreateModel(
                    name='Upload',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel_places.region', verbose_name='region')),
                        ('organisation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts_organisations.organisation', verbose_name='operator')),
                        ('slug', models.SlugField(blank=True, max_length=60, verbose_name='feed')),
                        ('name', models.CharField(max_length=200, verbose_name='file')),
                        ('size', models.PositiveIntegerField(verbose_name='size (bytes)')),
                        ('content', models.BinaryField(null=True, verbose_name='content')),
                        ('state', models.CharField(choices=[('WAITING', 'is being checked'), ('REFUSED', 'refused'), ('READY', 'ready to be taken in'), ('ACCEPTED', 'is being taken in'), ('APPLIED', 'taken in'), ('DISCARDED', 'discarded'), ('FAILED', 'went wrong on our side')], default='WAITING', max_length=9, verbose_name='state')),
                        ('step', models.CharField(choices=[('QUEUED', 'waits for its turn'), ('READING', 'reading and checking the files'), ('COMPARING', 'comparing with the version that is here'), ('WRITING', 'writing stops, lines and trips'), ('RUNS', 'laying out departures')], default='QUEUED', max_length=9, verbose_name='what is being done')),
                        ('done', models.PositiveIntegerField(default=0, verbose_name='done')),
                        ('total', models.PositiveIntegerField(default=0, verbose_name='of')),
                        ('faults', models.JSONField(default=list, verbose_name='mistakes')),
                        ('fault_count', models.PositiveIntegerField(default=0, verbose_name='number of mistakes')),
                        ('notes', models.JSONField(default=list, verbose_name='notes')),
                        ('note_count', models.PositiveIntegerField(default=0, verbose_name='number of notes')),
                        ('changes', models.JSONField(default=dict, verbose_name='what it changes')),
                        ('seen_sha256', models.CharField(blank=True, editable=False, max_length=64)),
                        ('reason', models.JSONField(default=dict, verbose_name='reason')),
                        ('uploaded_by', models.CharField(max_length=64, verbose_name='uploaded by')),
                        ('uploaded_at', models.DateTimeField(verbose_name='uploaded at')),
                        ('decided_by', models.CharField(blank=True, max_length=64, verbose_name='decided by')),
                        ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided at')),
                        ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
                    ],
                    options={
                        'verbose_name': 'upload of a feed',
                        'verbose_name_plural': 'uploads of feeds',
                        'indexes': [models.Index(condition=models.Q(('state__in', ('WAITING', 'ACCEPTED'))), fields=['id'], name='transport_feeds_upload_due')],
                    },
                ),
            ],
        ),
    ]
