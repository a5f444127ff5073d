"""Rows of the audit cannot be changed: only the sealer may chain a row, once."""

from django.db import migrations

FORWARD = """
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

BACKWARD = """
DROP TRIGGER kernel_audit_entry_no_truncate ON kernel_audit_entry;
DROP TRIGGER kernel_audit_entry_append_only ON kernel_audit_entry;
DROP FUNCTION kernel_audit_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = (("kernel_audit", "0001_initial"),)
    operations = (migrations.RunSQL(FORWARD, BACKWARD),)
