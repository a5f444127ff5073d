import django.db.models.deletion
import django.utils.timezone
import kernel.postgres.creating
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('accounts_identity', '0001_initial'), ('accounts_identity', '0002_session')]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        kernel.postgres.creating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='User',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('password', models.CharField(max_length=128, verbose_name='password')),
                        ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                        ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                        ('login_name', models.CharField(blank=True, max_length=60, null=True, unique=True, verbose_name='login name')),
                        ('email', models.EmailField(blank=True, max_length=254, null=True, unique=True, verbose_name='e-mail')),
                        ('phone_sealed', models.TextField(blank=True, verbose_name='phone, sealed')),
                        ('phone_index', models.CharField(blank=True, max_length=64, null=True, unique=True, verbose_name='phone index')),
                        ('phone_masked', models.CharField(blank=True, max_length=40, verbose_name='phone')),
                        ('display_name', models.CharField(blank=True, max_length=60, verbose_name='name')),
                        ('language', models.CharField(choices=[('zh-hans', 'Simplified Chinese'), ('en', 'English')], default='zh-hans', max_length=10, verbose_name='language')),
                        ('is_staff', models.BooleanField(default=False, verbose_name='may use the back office')),
                        ('is_active', models.BooleanField(default=True, verbose_name='active')),
                        ('is_demonstration', models.BooleanField(default=False, verbose_name='demonstration account')),
                        ('joined_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='joined at')),
                        ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                        ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                    ],
                    options={
                        'verbose_name': 'person',
                        'verbose_name_plural': 'people',
                        'constraints': [models.CheckConstraint(condition=models.Q(('login_name__isnull', False), ('email__isnull', False), ('phone_index__isnull', False), _connector='OR'), name='accounts_identity_user_reachable')],
                    },
                ),
                migrations.CreateModel(
                    name='Challenge',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('ref', models.CharField(max_length=32, unique=True, verbose_name='reference')),
                        ('purpose', models.CharField(max_length=20, verbose_name='purpose')),
                        ('phone_sealed', models.TextField(verbose_name='phone, sealed')),
                        ('phone_index', models.CharField(max_length=64, verbose_name='phone index')),
                        ('phone_masked', models.CharField(max_length=40, verbose_name='phone')),
                        ('code_hash', models.CharField(max_length=64, verbose_name='hash of the code')),
                        ('tries', models.PositiveSmallIntegerField(default=0, verbose_name='tries')),
                        ('sent_at', models.DateTimeField(verbose_name='sent at')),
                        ('expires_at', models.DateTimeField(db_index=True, verbose_name='expires at')),
                        ('used_at', models.DateTimeField(blank=True, null=True, verbose_name='used at')),
                    ],
                    options={
                        'verbose_name': 'sign-in code',
                        'verbose_name_plural': 'sign-in codes',
                        'constraints': [models.CheckConstraint(condition=models.Q(('tries__lte', 5)), name='accounts_identity_challenge_tries')],
                    },
                ),
                migrations.CreateModel(
                    name='Allowance',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('key', models.CharField(max_length=120, verbose_name='key')),
                        ('window_at', models.DateTimeField(verbose_name='window')),
                        ('ends_at', models.DateTimeField(db_index=True, verbose_name='ends at')),
                        ('spent', models.PositiveIntegerField(verbose_name='spent')),
                    ],
                    options={
                        'verbose_name': 'allowance',
                        'verbose_name_plural': 'allowances',
                        'constraints': [models.UniqueConstraint(fields=('key', 'window_at'), name='accounts_identity_allowance_window')],
                    },
                ),
                migrations.CreateModel(
                    name='SignIn',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sign_ins', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                        ('is_work', models.BooleanField(default=False, verbose_name='at work')),
                        ('browser', models.CharField(blank=True, max_length=80, verbose_name='browser')),
                        ('started_at', models.DateTimeField(verbose_name='since')),
                        ('seen_at', models.DateTimeField(verbose_name='last seen')),
                        ('ends_at', models.DateTimeField(db_index=True, verbose_name='at the latest until')),
                        ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
                    ],
                    options={
                        'verbose_name': 'sign-in',
                        'verbose_name_plural': 'sign-ins',
                        'indexes': [models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['user'], name='accounts_identity_signin_open')],
                    },
                ),
                migrations.CreateModel(
                    name='Session',
                    fields=[
                        ('session_key', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='session key')),
                        ('session_data', models.TextField(verbose_name='session data')),
                        ('expire_date', models.DateTimeField(db_index=True, verbose_name='expire date')),
                        ('sign_in', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts_identity.signin', verbose_name='sign-in')),
                    ],
                    options={
                        'verbose_name': 'session',
                        'verbose_name_plural': 'sessions',
                    },
                ),
                migrations.CreateModel(
                    name='Authenticator',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.ForeignKey(help_text='The user that this device belongs to.', on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
                        ('name', models.CharField(help_text='The human-readable name of this device.', max_length=64)),
                        ('confirmed', models.BooleanField(default=True, help_text='Is this device ready for use?')),
                        ('throttling_failure_timestamp', models.DateTimeField(blank=True, default=None, help_text='A timestamp of the last failed verification attempt. Null if last attempt succeeded.', null=True)),
                        ('throttling_failure_count', models.PositiveIntegerField(default=0, help_text='Number of successive failed attempts.')),
                        ('seed_sealed', models.TextField(verbose_name='seed, sealed')),
                        ('last_step', models.BigIntegerField(default=-1, verbose_name='last used step')),
                    ],
                    options={
                        'verbose_name': 'authenticator',
                        'verbose_name_plural': 'authenticators',
                        'constraints': [models.UniqueConstraint(condition=models.Q(('confirmed', True)), fields=('user',), name='accounts_identity_authenticator_one')],
                    },
                ),
                migrations.CreateModel(
                    name='RecoveryCode',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recovery_codes', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                        ('code_hash', models.CharField(max_length=64, unique=True, verbose_name='hash of the code')),
                        ('used_at', models.DateTimeField(blank=True, null=True, verbose_name='used at')),
                    ],
                    options={
                        'verbose_name': 'recovery code',
                        'verbose_name_plural': 'recovery codes',
                    },
                ),
                migrations.CreateModel(
                    name='TrustedDevice',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.ForeignKey(help_text='The user that this device belongs to.', on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
                        ('name', models.CharField(help_text='The human-readable name of this device.', max_length=64)),
                        ('confirmed', models.BooleanField(default=True, help_text='Is this device ready for use?')),
                        ('token_hash', models.CharField(max_length=64, unique=True, verbose_name='hash of the token')),
                        ('expires_at', models.DateTimeField(verbose_name='expires at')),
                    ],
                    options={
                        'verbose_name': 'trusted device',
                        'verbose_name_plural': 'trusted devices',
                    },
                ),
            ],
        ),
    ]
