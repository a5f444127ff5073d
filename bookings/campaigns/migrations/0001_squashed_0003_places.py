import django.core.validators
import django.db.models.deletion
import kernel.postgres.creating
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('bookings_campaigns', '0001_initial'), ('bookings_campaigns', '0002_tiers'), ('bookings_campaigns', '0003_places')]

    initial = True

    dependencies = [
        ('accounts_organisations', '0001_initial'),
        ('kernel_places', '0002_calendarday'),
    ]

    operations = [
        kernel.postgres.creating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='Campaign',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name_zh', models.CharField(max_length=120, verbose_name='Chinese name')),
                        ('name_en', models.CharField(blank=True, max_length=160, verbose_name='English name')),
                        ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='kernel_places.region', verbose_name='region')),
                        ('supplier', models.ForeignKey(blank=True, help_text='Empty: what all suppliers of the region sell.', null=True, on_delete=django.db.models.deletion.PROTECT, to='accounts_organisations.organisation', verbose_name='supplier')),
                        ('kinds', models.CharField(blank=True, help_text='With spaces between. Empty: all.', max_length=120, verbose_name='kinds')),
                        ('refs', models.CharField(blank=True, help_text='What their references begin with, with spaces between. Empty: all.', max_length=300, verbose_name='products')),
                        ('places', models.CharField(blank=True, db_default='', default='', help_text='Short names of places of the region, with spaces between. Empty: everywhere.', max_length=300, verbose_name='only at')),
                        ('place_ids', models.CharField(blank=True, db_default='', default='', editable=False, max_length=300)),
                        ('reach', models.CharField(choices=[('EVERYBODY', 'everybody, by itself'), ('COUPON', 'who has claimed a coupon')], default='COUPON', max_length=10, verbose_name='for whom')),
                        ('tier', models.SlugField(blank=True, db_default='', default='', help_text='From this class on. Empty: whatever the class.', max_length=20, verbose_name='class of members')),
                        ('effect', models.CharField(choices=[('AMOUNT', 'a sum off what it applies to'), ('SHARE', 'a share off each'), ('GIFTS', 'the cheapest of several for nothing')], default='AMOUNT', max_length=10, verbose_name='takes off')),
                        ('amount_fen', models.PositiveIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(2000000000)], verbose_name='sum (fen)')),
                        ('permille', models.PositiveSmallIntegerField(default=0, help_text='So many thousandths less: 150 is fifteen percent.', validators=[django.core.validators.MaxValueValidator(1000)], verbose_name='share (thousandths)')),
                        ('tiers', models.CharField(blank=True, help_text='“3+1” is one free with three bought; with steps: “3+1 5+2 7+3”.', max_length=60, verbose_name='bought + free')),
                        ('repeats', models.BooleanField(default=False, verbose_name='again and again')),
                        ('threshold_fen', models.PositiveIntegerField(default=0, verbose_name='from a sum of (fen)')),
                        ('most_fen', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='at most (fen)')),
                        ('step', models.PositiveSmallIntegerField(default=10, help_text='Lower numbers first, each to what is left of the price.', verbose_name='applied as')),
                        ('group', models.SlugField(blank=True, help_text='Of one group only one stands.', max_length=30, verbose_name='group')),
                        ('is_alone', models.BooleanField(default=False, verbose_name='with no other')),
                        ('supplier_permille', models.PositiveSmallIntegerField(default=0, help_text='The platform bears the rest.', validators=[django.core.validators.MaxValueValidator(1000)], verbose_name='borne by the supplier (thousandths)')),
                        ('funder', models.CharField(blank=True, max_length=120, verbose_name='given by')),
                        ('is_real_name', models.BooleanField(default=False, verbose_name='one a real name')),
                        ('total', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(2000000000)], verbose_name='coupons')),
                        ('uses', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1)], verbose_name='uses of a coupon')),
                        ('period', models.CharField(choices=[('ONCE', 'once'), ('DAY', 'every day'), ('MONTH', 'every month')], default='ONCE', max_length=5, verbose_name='claimed')),
                        ('budget_fen', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(2000000000)], verbose_name='budget (fen)')),
                        ('starts_at', models.DateTimeField(verbose_name='from')),
                        ('ends_at', models.DateTimeField(verbose_name='until')),
                        ('state', models.CharField(choices=[('DRAFT', 'draft'), ('PUBLISHED', 'published'), ('ENDED', 'ended')], default='DRAFT', max_length=10, verbose_name='state')),
                        ('before', models.OneToOneField(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='after', to='bookings_campaigns.campaign', verbose_name='takes the place of')),
                        ('total_bucket_id', models.BigIntegerField(blank=True, editable=False, null=True)),
                        ('budget_bucket_id', models.BigIntegerField(blank=True, editable=False, null=True)),
                        ('published_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='published at')),
                    ],
                    options={
                        'verbose_name': 'campaign',
                        'verbose_name_plural': 'campaigns',
                        'indexes': [models.Index(fields=['region', 'state'], name='bookings_campaigns_open')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('starts_at__lt', models.F('ends_at'))), name='bookings_campaigns_window'), models.CheckConstraint(condition=models.Q(('permille__lte', 1000), ('supplier_permille__lte', 1000)), name='bookings_campaigns_shares'), models.CheckConstraint(condition=models.Q(('supplier_permille', 0), ('supplier__isnull', False), _connector='OR'), name='bookings_campaigns_supplier_agrees'), models.CheckConstraint(condition=models.Q(('reach', 'COUPON'), models.Q(('budget_fen__isnull', True), ('is_real_name', False), ('total__isnull', True)), _connector='OR'), name='bookings_campaigns_everybody_without_count'), models.CheckConstraint(condition=models.Q(('state', 'DRAFT'), models.Q(models.Q(('total__isnull', True), ('total_bucket_id__isnull', False), _connector='OR'), models.Q(('budget_fen__isnull', True), ('budget_bucket_id__isnull', False), _connector='OR')), _connector='OR'), name='bookings_campaigns_counted')],
                    },
                ),
                migrations.CreateModel(
                    name='Coupon',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('campaign', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='coupons', to='bookings_campaigns.campaign', verbose_name='campaign')),
                        ('holder', models.CharField(db_index=True, max_length=64, verbose_name='holder')),
                        ('person_index', models.CharField(blank=True, db_default='', max_length=64, verbose_name='person')),
                        ('name_masked', models.CharField(blank=True, db_default='', max_length=60, verbose_name='real name')),
                        ('period', models.CharField(blank=True, max_length=10, verbose_name='period')),
                        ('bucket_id', models.BigIntegerField(unique=True, verbose_name='bucket')),
                        ('claimed_at', models.DateTimeField(verbose_name='claimed at')),
                    ],
                    options={
                        'verbose_name': 'coupon',
                        'verbose_name_plural': 'coupons',
                        'constraints': [models.UniqueConstraint(fields=('campaign', 'holder', 'period'), name='bookings_campaigns_coupon_once'), models.UniqueConstraint(condition=models.Q(('person_index', ''), _negated=True), fields=('campaign', 'person_index', 'period'), name='bookings_campaigns_coupon_once_a_person')],
                    },
                ),
            ],
        ),
    ]
