"""An issued invoice and its rows stay as they are; only what its red letters take back of it moves."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION bookings_invoices_keep_issued() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'ISSUED' AND (
        TG_OP = 'DELETE' OR (to_jsonb(NEW) - '{reddened_fen,next_at,tries}'::text[])
            <> (to_jsonb(OLD) - '{reddened_fen,next_at,tries}'::text[])
    ) THEN
        RAISE EXCEPTION 'invoice % is issued', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE FUNCTION bookings_invoices_keep_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM bookings_invoices_invoice WHERE state = 'ISSUED' AND id =
            CASE TG_OP WHEN 'INSERT' THEN NEW.invoice_id ELSE OLD.invoice_id END
    ) THEN
        RAISE EXCEPTION 'the invoice of this row is issued' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER bookings_invoices_invoice_stays BEFORE UPDATE OR DELETE ON bookings_invoices_invoice
    FOR EACH ROW EXECUTE FUNCTION bookings_invoices_keep_issued();
CREATE TRIGGER bookings_invoices_row_stays BEFORE INSERT OR UPDATE OR DELETE ON bookings_invoices_row
    FOR EACH ROW EXECUTE FUNCTION bookings_invoices_keep_rows();
"""

BACKWARD = """
DROP TRIGGER bookings_invoices_row_stays ON bookings_invoices_row;
DROP TRIGGER bookings_invoices_invoice_stays ON bookings_invoices_invoice;
DROP FUNCTION bookings_invoices_keep_rows();
DROP FUNCTION bookings_invoices_keep_issued();
"""


class Migration(migrations.Migration):
    dependencies = (("bookings_invoices", "0002_invoices"),)
    operations = (migrations.RunSQL(FORWARD, BACKWARD),)
