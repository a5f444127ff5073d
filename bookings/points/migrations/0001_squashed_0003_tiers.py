import django.core.validators
import django.db.models.deletion
import kernel.postgres.creating
from django.db import migrations, models


# Rules of points are only ever followed by a new version: nothing that held can be changed.
SCHEMES_STAY = """
CREATE FUNCTION bookings_points_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was published stays: % on %', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER bookings_points_scheme_stays
    BEFORE UPDATE OR DELETE ON bookings_points_scheme
    FOR EACH ROW EXECUTE FUNCTION bookings_points_refuse_change();
"""
NO_SCHEMES_STAY = """
DROP TRIGGER bookings_points_scheme_stays ON bookings_points_scheme;
DROP FUNCTION bookings_points_refuse_change();
"""


class Migration(migrations.Migration):

    replaces = [('bookings_points', '0001_initial'), ('bookings_points', '0002_schemes_stay'), ('bookings_points', '0003_tiers')]

    initial = True

    dependencies = [
        ('kernel_places', '0002_calendarday'),
    ]

    operations = [
        kernel.postgres.creating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='Scheme',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='kernel_places.region', verbose_name='region')),
                        ('valid_from', models.DateTimeField(verbose_name='valid from')),
                        ('earned', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MaxValueValidator(1000)], verbose_name='points for a yuan that is used')),
                        ('per_yuan', models.PositiveSmallIntegerField(default=100, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(10000)], verbose_name='points that pay a yuan')),
                        ('most_permille', models.PositiveSmallIntegerField(default=500, validators=[django.core.validators.MaxValueValidator(1000)], verbose_name='at most of a price (thousandths)')),
                        ('years', models.PositiveSmallIntegerField(default=1, help_text='1: until the end of the next year.', validators=[django.core.validators.MaxValueValidator(20)], verbose_name='good until the end of so many years later')),
                        ('told_days', models.PositiveSmallIntegerField(default=30, validators=[django.core.validators.MaxValueValidator(365)], verbose_name='told so many days before')),
                        ('tiers', models.JSONField(blank=True, db_default=[], default=list, verbose_name='classes of members')),
                        ('actor', models.CharField(max_length=64, verbose_name='entered by')),
                        ('made_at', models.DateTimeField(verbose_name='entered at')),
                    ],
                    options={
                        'verbose_name': 'rules of points',
                        'verbose_name_plural': 'rules of points',
                        'constraints': [models.UniqueConstraint(fields=('region', 'valid_from'), name='bookings_points_scheme_begins'), models.CheckConstraint(condition=models.Q(('per_yuan__gte', 1), ('most_permille__lte', 1000)), name='bookings_points_scheme_sums')],
                    },
                ),
                migrations.CreateModel(
                    name='Account',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('holder', models.CharField(max_length=64, verbose_name='holder')),
                        ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='kernel_places.region', verbose_name='region')),
                        ('bucket_id', models.BigIntegerField(unique=True, verbose_name='bucket')),
                        ('owed', models.PositiveIntegerField(default=0, verbose_name='owed (points)')),
                    ],
                    options={
                        'verbose_name': 'account of points',
                        'verbose_name_plural': 'accounts of points',
                        'constraints': [models.UniqueConstraint(fields=('holder', 'region'), name='bookings_points_account_holder')],
                    },
                ),
                migrations.CreateModel(
                    name='Batch',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='batches', to='bookings_points.account', verbose_name='account')),
                        ('order_id', models.BigIntegerField(unique=True, verbose_name='order')),
                        ('points', models.PositiveIntegerField(verbose_name='points')),
                        ('changes', models.PositiveIntegerField(default=1, verbose_name='changes')),
                        ('earned_at', models.DateTimeField(verbose_name='earned at')),
                        ('expires_at', models.DateTimeField(verbose_name='good until')),
                        ('told_at', models.DateTimeField(blank=True, null=True, verbose_name='told at')),
                    ],
                    options={
                        'verbose_name': 'earned points',
                        'verbose_name_plural': 'earned points',
                        'indexes': [models.Index(fields=['account', 'expires_at'], name='bookings_points_batch_account'), models.Index(fields=['expires_at'], name='bookings_points_batch_expires')],
                    },
                ),
            ],
        ),
        migrations.RunSQL(SCHEMES_STAY, NO_SCHEMES_STAY),
    ]
