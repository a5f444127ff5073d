import django.core.validators
import django.db.models.deletion
import kernel.postgres.creating
from django.conf import settings
from django.db import migrations, models


# A rate is only ever followed by a new version: nothing that was agreed can be changed.
RATES_STAY = """
CREATE FUNCTION bookings_referrals_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was agreed stays: % on %', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER bookings_referrals_rate_stays
    BEFORE UPDATE OR DELETE ON bookings_referrals_rate
    FOR EACH ROW EXECUTE FUNCTION bookings_referrals_refuse_change();
"""
NO_RATES_STAY = """
DROP TRIGGER bookings_referrals_rate_stays ON bookings_referrals_rate;
DROP FUNCTION bookings_referrals_refuse_change();
"""


class Migration(migrations.Migration):

    replaces = [('bookings_referrals', '0001_initial'), ('bookings_referrals', '0002_rates_stay')]

    initial = True

    dependencies = [
        ('accounts_identity', '__first__'),
        ('kernel_places', '0002_calendarday'),
    ]

    operations = [
        kernel.postgres.creating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='Code',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name_zh', models.CharField(max_length=120, verbose_name='Chinese name')),
                        ('name_en', models.CharField(blank=True, max_length=160, verbose_name='English name')),
                        ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='kernel_places.region', verbose_name='region')),
                        ('code', models.CharField(max_length=16, unique=True, verbose_name='code')),
                        ('holder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='holder')),
                        ('is_open', models.BooleanField(default=True, verbose_name='open')),
                        ('actor', models.CharField(max_length=64, verbose_name='entered by')),
                        ('made_at', models.DateTimeField(verbose_name='entered at')),
                    ],
                    options={
                        'verbose_name': 'distribution code',
                        'verbose_name_plural': 'distribution codes',
                    },
                ),
                migrations.CreateModel(
                    name='Rate',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('code', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='rates', to='bookings_referrals.code', verbose_name='code')),
                        ('valid_from', models.DateTimeField(verbose_name='valid from')),
                        ('permille', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(500)], verbose_name='thousandths')),
                        ('actor', models.CharField(max_length=64, verbose_name='entered by')),
                        ('made_at', models.DateTimeField(verbose_name='entered at')),
                    ],
                    options={
                        'verbose_name': 'rate of a distribution code',
                        'verbose_name_plural': 'rates of distribution codes',
                        'constraints': [models.UniqueConstraint(fields=('code', 'valid_from'), name='bookings_referrals_rate_begins'), models.CheckConstraint(condition=models.Q(('permille__gte', 0), ('permille__lte', 500)), name='bookings_referrals_rate_permille')],
                    },
                ),
                migrations.CreateModel(
                    name='Commission',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('code', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='commissions', to='bookings_referrals.code', verbose_name='code')),
                        ('order_id', models.BigIntegerField(unique=True, verbose_name='order')),
                        ('base_fen', models.BigIntegerField(verbose_name='used (fen)')),
                        ('permille', models.PositiveSmallIntegerField(verbose_name='thousandths')),
                        ('fen', models.BigIntegerField(verbose_name='commission (fen)')),
                        ('changes', models.PositiveIntegerField(default=1, verbose_name='changes')),
                        ('earned_at', models.DateTimeField(verbose_name='earned at')),
                    ],
                    options={
                        'verbose_name': 'commission of a distribution code',
                        'verbose_name_plural': 'commissions of distribution codes',
                        'indexes': [models.Index(fields=['code', '-earned_at', '-id'], name='bookings_referrals_earned')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('base_fen__gte', models.F('fen')), ('fen__gte', 0)), name='bookings_referrals_commission_sums')],
                    },
                ),
            ],
        ),
        migrations.RunSQL(RATES_STAY, NO_RATES_STAY),
    ]
