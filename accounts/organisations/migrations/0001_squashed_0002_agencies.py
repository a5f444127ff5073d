import django.db.models.deletion
import kernel.postgres.creating
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('accounts_organisations', '0001_initial'), ('accounts_organisations', '0002_agencies')]

    initial = True

    dependencies = [
        ('accounts_identity', '__first__'),
        ('kernel_places', '0002_calendarday'),
    ]

    operations = [
        kernel.postgres.creating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='Organisation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name_zh', models.CharField(max_length=120, verbose_name='Chinese name')),
                        ('name_en', models.CharField(blank=True, max_length=160, verbose_name='English name')),
                        ('slug', models.SlugField(max_length=60, unique=True, verbose_name='slug')),
                        ('region', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='kernel_places.region', verbose_name='region')),
                        ('kind', models.CharField(choices=[('SUPPLIER', 'supplier'), ('OPERATOR', 'operator of a region'), ('PLATFORM', 'platform'), ('AGENCY', 'travel agency or school')], default='SUPPLIER', max_length=20, verbose_name='kind')),
                    ],
                    options={
                        'verbose_name': 'organisation',
                        'verbose_name_plural': 'organisations',
                        'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['SUPPLIER', 'OPERATOR', 'PLATFORM', 'AGENCY'])), name='accounts_organisations_organisation_kind')],
                    },
                ),
                migrations.CreateModel(
                    name='Membership',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='accounts_organisations.organisation', verbose_name='organisation')),
                        ('role', models.CharField(choices=[('ADMIN', 'administrator'), ('OPERATOR', 'operator'), ('GATE', 'gate staff'), ('DRIVER', 'driver'), ('COUNTER', 'counter staff')], max_length=20, verbose_name='role')),
                    ],
                    options={
                        'verbose_name': 'membership',
                        'verbose_name_plural': 'memberships',
                        'constraints': [models.UniqueConstraint(fields=('user', 'organisation', 'role'), name='accounts_organisations_membership_role'), models.CheckConstraint(condition=models.Q(('role__in', ['ADMIN', 'OPERATOR', 'GATE', 'DRIVER', 'COUNTER'])), name='accounts_organisations_membership_known')],
                    },
                ),
            ],
        ),
    ]
