import kernel.postgres.creating
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('accounts_travellers', '0001_initial'), ('accounts_travellers', '0002_checks'), ('accounts_travellers', '0003_checks_beside_the_traffic')]

    initial = True

    dependencies = [
    ]

    operations = [
        kernel.postgres.creating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='Traveller',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('owner', models.CharField(max_length=64, verbose_name='owner')),
                        ('name', models.CharField(max_length=60, verbose_name='name')),
                        ('document_kind', models.CharField(choices=[('RESIDENT_ID', 'Resident identity card'), ('PASSPORT', 'Passport'), ('HM_PERMIT', 'Mainland travel permit, Hong Kong or Macao'), ('TW_PERMIT', 'Mainland travel permit, Taiwan'), ('HMT_RESIDENCE', 'Residence permit, Hong Kong, Macao or Taiwan'), ('FOREIGN_PR', 'Foreign permanent resident card')], max_length=20, verbose_name='document')),
                        ('document_sealed', models.TextField(verbose_name='document number, sealed')),
                        ('document_index', models.CharField(db_index=True, max_length=64, verbose_name='document index')),
                        ('document_masked', models.CharField(max_length=40, verbose_name='document number')),
                        ('issuer', models.CharField(blank=True, max_length=3, verbose_name='issued by')),
                        ('birth_date', models.DateField(verbose_name='date of birth')),
                        ('phone_sealed', models.TextField(blank=True, verbose_name='phone, sealed')),
                        ('phone_masked', models.CharField(blank=True, max_length=40, verbose_name='phone')),
                        ('check_outcome', models.CharField(blank=True, choices=[('', 'not compared'), ('MATCH', 'name and number belong together'), ('MISMATCH', 'name and number do not belong together'), ('UNKNOWN', 'to be compared at the gate')], db_default='', default='', max_length=8, verbose_name='name and number')),
                        ('checked_at', models.DateTimeField(blank=True, null=True, verbose_name='compared at')),
                        ('checked_by', models.CharField(blank=True, db_default='', default='', max_length=20, verbose_name='compared by')),
                        ('check_due_at', models.DateTimeField(blank=True, null=True, verbose_name='to be compared at')),
                        ('check_tries', models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name='tries')),
                        ('created_at', models.DateTimeField(verbose_name='entered at')),
                        ('changed_at', models.DateTimeField(verbose_name='changed at')),
                    ],
                    options={
                        'verbose_name': 'traveller',
                        'verbose_name_plural': 'travellers',
                        'indexes': [models.Index(condition=models.Q(('check_due_at__isnull', False)), fields=['check_due_at'], name='accounts_travellers_to_check')],
                        'constraints': [models.UniqueConstraint(fields=('owner', 'document_index'), name='accounts_travellers_traveller_person')],
                    },
                ),
            ],
        ),
    ]
