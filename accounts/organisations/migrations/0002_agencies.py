from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts_organisations", "0001_initial"),
        ("kernel_places", "0002_calendarday"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="organisation",
            name="accounts_organisations_organisation_kind",
        ),
        migrations.AlterField(
            model_name="organisation",
            name="kind",
            field=models.CharField(
                choices=[
                    ("SUPPLIER", "supplier"),
                    ("OPERATOR", "operator of a region"),
                    ("PLATFORM", "platform"),
                    ("AGENCY", "travel agency or school"),
                ],
                default="SUPPLIER",
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["SUPPLIER", "OPERATOR", "PLATFORM", "AGENCY"])),
                name="accounts_organisations_organisation_kind",
            ),
        ),
    ]
