import kernel.postgres.creating
from django.db import migrations, models


# Rows of the audit cannot be changed: only the sealer may chain a row, once.
APPEND_ONLY = """
CREATE FUNCTION kernel_audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.position IS NULL AND OLD.chain = ''
       AND (NEW.id, NEW.at, NEW.actor, NEW.action, NEW.subject, NEW.facts)
         = (OLD.id, OLD.at, OLD.actor, OLD.action, OLD.subject, OLD.facts) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the audit is append-only: %', TG_OP USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER kernel_audit_entry_append_only
    BEFORE UPDATE OR DELETE ON kernel_audit_entry
    FOR EACH ROW EXECUTE FUNCTION kernel_audit_refuse_change();
CREATE TRIGGER kernel_audit_entry_no_truncate
    BEFORE TRUNCATE ON kernel_audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION kernel_audit_refuse_change();
"""
NO_APPEND_ONLY = """
DROP TRIGGER kernel_audit_entry_no_truncate ON kernel_audit_entry;
DROP TRIGGER kernel_audit_entry_append_only ON kernel_audit_entry;
DROP FUNCTION kernel_audit_refuse_change();
"""


class Migration(migrations.Migration):

    replaces = [('kernel_audit', '0001_initial'), ('kernel_audit', '0002_append_only')]

    initial = True

    dependencies = [
    ]

    operations = [
        kernel.postgres.creating.CreateModels(
            models=[
                migrations.CreateModel(
                    name='Entry',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('at', models.DateTimeField(verbose_name='at')),
                        ('actor', models.CharField(max_length=64, verbose_name='who')),
                        ('action', models.CharField(max_length=60, verbose_name='did what')),
                        ('subject', models.CharField(db_index=True, max_length=80, verbose_name='to what')),
                        ('facts', models.JSONField(default=dict, verbose_name='facts')),
                        ('position', models.BigIntegerField(null=True, unique=True, verbose_name='position')),
                        ('chain', models.CharField(blank=True, max_length=64, verbose_name='chain')),
                    ],
                    options={
                        'verbose_name': 'audit entry',
                        'verbose_name_plural': 'audit entries',
                        'indexes': [models.Index(condition=models.Q(('position__isnull', True)), fields=['id'], name='kernel_audit_unchained')],
                    },
                ),
            ],
        ),
        migrations.RunSQL(APPEND_ONLY, NO_APPEND_ONLY),
    ]
