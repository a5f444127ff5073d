import kernel.postgres.creating
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('transport_trains', '0001_initial'), ('transport_trains', '0002_late_since')]

    initial = True

    dependencies = [
    ]

    operations = [
        kernel.postgres.creating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='Train',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('number', models.CharField(max_length=8, verbose_name='train')),
                        ('service_date', models.DateField(verbose_name='day of arrival')),
                        ('station', models.CharField(max_length=40, verbose_name='station')),
                        ('state', models.CharField(choices=[('UNKNOWN', 'not known'), ('ON_TIME', 'on time'), ('LATE', 'late'), ('ARRIVED', 'has arrived'), ('CANCELLED', 'does not run')], default='UNKNOWN', max_length=9, verbose_name='state')),
                        ('scheduled_at', models.DateTimeField(blank=True, null=True, verbose_name='arrives by the timetable')),
                        ('expected_at', models.DateTimeField(blank=True, null=True, verbose_name='expected')),
                        ('ask_due_at', models.DateTimeField(blank=True, null=True, verbose_name='asked about next')),
                        ('ask_until', models.DateTimeField(verbose_name='asked about until')),
                        ('asked_from', models.DateTimeField(blank=True, null=True, verbose_name='asked about from')),
                        ('late_since', models.DateTimeField(blank=True, null=True, verbose_name='known to be late since')),
                        ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='heard')),
                    ],
                    options={
                        'verbose_name': 'train',
                        'verbose_name_plural': 'trains',
                        'indexes': [models.Index(condition=models.Q(('ask_due_at__isnull', False)), fields=['ask_due_at'], name='transport_trains_train_due')],
                        'constraints': [models.UniqueConstraint(fields=('number', 'service_date', 'station'), name='transport_trains_train_once'), models.CheckConstraint(condition=models.Q(('state', 'UNKNOWN'), ('answered_at__isnull', False), _connector='OR'), name='transport_trains_train_heard')],
                    },
                ),
            ],
        ),
    ]
