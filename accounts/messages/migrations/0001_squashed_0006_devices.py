import django.db.models.deletion
import kernel.postgres.creating
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('accounts_messages', '0001_initial'), ('accounts_messages', '0002_deliveries'), ('accounts_messages', '0003_choices_and_consent'), ('accounts_messages', '0004_beside_the_traffic'), ('accounts_messages', '0005_wording'), ('accounts_messages', '0006_devices')]

    initial = True

    dependencies = [
    ]

    operations = [
        kernel.postgres.creating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='Message',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('key', models.CharField(max_length=120, unique=True, verbose_name='key')),
                        ('kind', models.CharField(db_column='template', max_length=60, verbose_name='kind')),
                        ('user_id', models.BigIntegerField(blank=True, null=True, verbose_name='person')),
                        ('language', models.CharField(max_length=10, verbose_name='language')),
                        ('subject', models.CharField(blank=True, max_length=200, verbose_name='subject')),
                        ('body_sealed', models.TextField(verbose_name='text, sealed')),
                        ('short_sealed', models.TextField(blank=True, db_default='', verbose_name='short text, sealed')),
                        ('facts_sealed', models.TextField(blank=True, db_default='', verbose_name='facts, sealed')),
                        ('link_sealed', models.TextField(blank=True, db_default='', verbose_name='link, sealed')),
                        ('about', models.CharField(blank=True, db_default='', max_length=60, verbose_name='about')),
                        ('zone', models.CharField(blank=True, db_default='', max_length=40, verbose_name='time zone')),
                        ('created_at', models.DateTimeField(db_index=True, verbose_name='written at')),
                        ('good_until', models.DateTimeField(blank=True, null=True, verbose_name='good until')),
                        ('read_at', models.DateTimeField(blank=True, null=True, verbose_name='read at')),
                    ],
                    options={
                        'verbose_name': 'message',
                        'verbose_name_plural': 'messages',
                        'indexes': [models.Index(condition=models.Q(('user_id__isnull', False)), fields=['user_id', '-id'], name='accounts_messages_of_person'), models.Index(condition=models.Q(('read_at__isnull', True), ('user_id__isnull', False)), fields=['user_id'], name='accounts_messages_unread'), models.Index(condition=models.Q(('about', ''), _negated=True), fields=['about'], name='accounts_messages_about')],
                    },
                ),
                migrations.CreateModel(
                    name='Delivery',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='accounts_messages.message', verbose_name='message')),
                        ('channel', models.CharField(choices=[('INBOX', 'on this site'), ('EMAIL', 'E-mail'), ('SMS', 'Text message'), ('PUSH', 'On this device')], max_length=20, verbose_name='way')),
                        ('target', models.CharField(blank=True, max_length=64, verbose_name='index of the address')),
                        ('to_sealed', models.TextField(blank=True, verbose_name='address, sealed')),
                        ('to_masked', models.CharField(blank=True, max_length=80, verbose_name='to')),
                        ('state', models.CharField(choices=[('WAITING', 'waiting'), ('SENT', 'sent'), ('READ', 'read'), ('FAILED', 'failed'), ('DROPPED', 'not sent any more')], default='WAITING', max_length=20, verbose_name='state')),
                        ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                        ('next_at', models.DateTimeField(blank=True, null=True, verbose_name='tried at')),
                        ('trouble', models.CharField(blank=True, max_length=200, verbose_name='why it failed')),
                        ('created_at', models.DateTimeField(db_index=True, verbose_name='written at')),
                        ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent at')),
                    ],
                    options={
                        'verbose_name': 'delivery',
                        'verbose_name_plural': 'deliveries',
                        'indexes': [models.Index(condition=models.Q(('state', 'WAITING')), fields=['next_at'], name='accounts_messages_waiting')],
                        'constraints': [models.UniqueConstraint(fields=('message', 'channel', 'target'), name='accounts_messages_delivery_once'), models.CheckConstraint(condition=models.Q(('state__in', ['WAITING', 'SENT', 'READ', 'FAILED', 'DROPPED'])), name='accounts_messages_delivery_state'), models.CheckConstraint(condition=models.Q(models.Q(('next_at__isnull', False), ('state', 'WAITING')), models.Q(('state', 'WAITING'), _negated=True), _connector='OR'), name='accounts_messages_delivery_has_a_time'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('SENT', 'READ')), _negated=True), ('sent_at__isnull', False), _connector='OR'), name='accounts_messages_delivery_sent_at')],
                    },
                ),
                migrations.CreateModel(
                    name='Wording',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(max_length=60, verbose_name='kind')),
                        ('language', models.CharField(choices=[('zh-hans', 'Simplified Chinese'), ('en', 'English')], max_length=10, verbose_name='language')),
                        ('subject', models.CharField(blank=True, max_length=200, verbose_name='subject')),
                        ('body', models.TextField(verbose_name='text')),
                        ('short', models.TextField(blank=True, verbose_name='short text')),
                        ('changed_at', models.DateTimeField(verbose_name='changed at')),
                    ],
                    options={
                        'verbose_name': 'words of a message',
                        'verbose_name_plural': 'words of messages',
                        'constraints': [models.UniqueConstraint(fields=('kind', 'language'), name='accounts_messages_wording_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Choice',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user_id', models.BigIntegerField(verbose_name='person')),
                        ('topic', models.CharField(max_length=40, verbose_name='topic')),
                        ('channel', models.CharField(choices=[('INBOX', 'on this site'), ('EMAIL', 'E-mail'), ('SMS', 'Text message'), ('PUSH', 'On this device')], max_length=20, verbose_name='way')),
                        ('is_wanted', models.BooleanField(verbose_name='wanted')),
                    ],
                    options={
                        'verbose_name': 'choice',
                        'verbose_name_plural': 'choices',
                        'constraints': [models.UniqueConstraint(fields=('user_id', 'topic', 'channel'), name='accounts_messages_choice_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Preference',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user_id', models.BigIntegerField(unique=True, verbose_name='person')),
                        ('language', models.CharField(blank=True, choices=[('zh-hans', 'Simplified Chinese'), ('en', 'English')], max_length=10, verbose_name='language')),
                        ('quiet_from', models.TimeField(verbose_name='quiet from')),
                        ('quiet_until', models.TimeField(verbose_name='quiet until')),
                        ('email_sealed', models.TextField(blank=True, verbose_name='e-mail, sealed')),
                        ('email_masked', models.CharField(blank=True, max_length=80, verbose_name='e-mail')),
                        ('email_confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='confirmed at')),
                    ],
                    options={
                        'verbose_name': 'preference',
                        'verbose_name_plural': 'preferences',
                    },
                ),
                migrations.CreateModel(
                    name='Device',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user_id', models.BigIntegerField(db_index=True, verbose_name='person')),
                        ('endpoint_index', models.CharField(max_length=64, unique=True, verbose_name='index of the address')),
                        ('target', models.CharField(db_index=True, max_length=64, verbose_name='index for deliveries')),
                        ('sealed', models.TextField(verbose_name='subscription, sealed')),
                        ('service', models.CharField(max_length=80, verbose_name='push service')),
                        ('label', models.CharField(blank=True, max_length=80, verbose_name='device')),
                        ('since', models.DateTimeField(verbose_name='since')),
                    ],
                    options={
                        'verbose_name': 'device',
                        'verbose_name_plural': 'devices',
                    },
                ),
                migrations.CreateModel(
                    name='Consent',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user_id', models.BigIntegerField(verbose_name='person')),
                        ('purpose', models.CharField(max_length=40, verbose_name='purpose')),
                        ('is_given', models.BooleanField(verbose_name='given')),
                        ('version', models.CharField(max_length=20, verbose_name='version of the text')),
                        ('text_hash', models.CharField(max_length=64, verbose_name='hash of the text')),
                        ('language', models.CharField(max_length=10, verbose_name='language')),
                        ('given_by', models.CharField(max_length=20, verbose_name='by way of')),
                        ('at', models.DateTimeField(verbose_name='at')),
                    ],
                    options={
                        'verbose_name': 'consent',
                        'verbose_name_plural': 'consents',
                        'indexes': [models.Index(fields=['user_id', 'purpose', '-id'], name='accounts_messages_consent_of')],
                    },
                ),
            ],
        ),
    ]
