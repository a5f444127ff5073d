"""Feeds, their files, and what of their rows is which row of ours."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('kernel_places', '0003_stations'),
        ('transport_lines', '0007_chosen_seats'),
    ]

    operations = [
        migrations.CreateModel(
            name='Feed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=60, verbose_name='short name')),
                ('sha256', models.CharField(blank=True, max_length=64, verbose_name='SHA-256')),
                ('language', models.CharField(blank=True, max_length=60, verbose_name='language')),
                ('version', models.CharField(blank=True, max_length=200, verbose_name='version')),
                ('first_date', models.DateField(blank=True, null=True, verbose_name='first day')),
                ('last_date', models.DateField(blank=True, null=True, verbose_name='last day')),
                ('agencies', models.JSONField(blank=True, default=dict, verbose_name='agencies')),
                ('notes', models.JSONField(blank=True, default=list, verbose_name='notes')),
                ('note_count', models.PositiveIntegerField(default=0, verbose_name='number of notes')),
                ('imported_at', models.DateTimeField(verbose_name='imported at')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='feeds', to='kernel_places.region', verbose_name='region')),
            ],
            options={
                'verbose_name': 'feed',
                'verbose_name_plural': 'feeds',
            },
        ),
        migrations.CreateModel(
            name='FeedFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=255, verbose_name='file')),
                ('content', models.BinaryField(verbose_name='content')),
                ('feed', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='transport_feeds.feed', verbose_name='feed')),
            ],
            options={
                'verbose_name': 'file of a feed',
                'verbose_name_plural': 'files of feeds',
            },
        ),
        migrations.CreateModel(
            name='FeedPattern',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stops', models.JSONField(default=list, verbose_name='stop times')),
                ('feed', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='transport_feeds.feed', verbose_name='feed')),
                ('pattern', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='transport_lines.pattern', verbose_name='stop pattern')),
            ],
            options={
                'verbose_name': 'stop pattern of a feed',
                'verbose_name_plural': 'stop patterns of feeds',
            },
        ),
        migrations.CreateModel(
            name='FeedRoute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('gtfs_id', models.CharField(max_length=255, verbose_name='id in the feed')),
                ('row', models.JSONField(default=dict, verbose_name='row')),
                ('is_current', models.BooleanField(default=True, verbose_name='in the newest version')),
                ('feed', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='transport_feeds.feed', verbose_name='feed')),
                ('line', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='feed_route', to='transport_lines.shuttleline', verbose_name='line')),
            ],
            options={
                'verbose_name': 'route of a feed',
                'verbose_name_plural': 'routes of feeds',
            },
        ),
        migrations.CreateModel(
            name='FeedService',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('gtfs_id', models.CharField(max_length=255, verbose_name='id in the feed')),
                ('row', models.JSONField(default=dict, verbose_name='row')),
                ('is_current', models.BooleanField(default=True, verbose_name='in the newest version')),
                ('dates', models.JSONField(default=list, verbose_name='dates')),
                ('feed', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='transport_feeds.feed', verbose_name='feed')),
                ('service', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='transport_lines.service', verbose_name='service')),
            ],
            options={
                'verbose_name': 'service of a feed',
                'verbose_name_plural': 'services of feeds',
            },
        ),
        migrations.CreateModel(
            name='FeedStop',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('gtfs_id', models.CharField(max_length=255, verbose_name='id in the feed')),
                ('row', models.JSONField(default=dict, verbose_name='row')),
                ('is_current', models.BooleanField(default=True, verbose_name='in the newest version')),
                ('feed', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='transport_feeds.feed', verbose_name='feed')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel_places.place', verbose_name='place')),
            ],
            options={
                'verbose_name': 'stop of a feed',
                'verbose_name_plural': 'stops of feeds',
            },
        ),
        migrations.CreateModel(
            name='FeedTrip',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('gtfs_id', models.CharField(max_length=255, verbose_name='id in the feed')),
                ('row', models.JSONField(default=dict, verbose_name='row')),
                ('is_current', models.BooleanField(default=True, verbose_name='in the newest version')),
                ('frequencies', models.JSONField(default=list, verbose_name='frequencies')),
                ('feed', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='transport_feeds.feed', verbose_name='feed')),
                ('trip', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='transport_lines.timetabletrip', verbose_name='trip')),
            ],
            options={
                'verbose_name': 'trip of a feed',
                'verbose_name_plural': 'trips of feeds',
            },
        ),
        migrations.AddConstraint(
            model_name='feed',
            constraint=models.UniqueConstraint(fields=('region', 'slug'), name='transport_feeds_feed_slug'),
        ),
        migrations.AddConstraint(
            model_name='feedfile',
            constraint=models.UniqueConstraint(fields=('feed', 'name'), name='transport_feeds_file_name'),
        ),
        migrations.AddConstraint(
            model_name='feedroute',
            constraint=models.UniqueConstraint(fields=('feed', 'gtfs_id'), name='transport_feeds_route_id'),
        ),
        migrations.AddIndex(
            model_name='feedservice',
            index=models.Index(fields=['feed', 'gtfs_id'], name='transport_feeds_service_id'),
        ),
        migrations.AddConstraint(
            model_name='feedstop',
            constraint=models.UniqueConstraint(fields=('feed', 'gtfs_id'), name='transport_feeds_stop_id'),
        ),
        migrations.AddConstraint(
            model_name='feedtrip',
            constraint=models.UniqueConstraint(fields=('feed', 'gtfs_id'), name='transport_feeds_trip_id'),
        ),
    ]
