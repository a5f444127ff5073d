from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = (("tourism_tickets", "0018_voucher_instead"),)
    operations = (ValidateConstraint("stoppedline", "tourism_tickets_stoppedline_credited"),)
