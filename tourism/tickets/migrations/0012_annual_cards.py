import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tourism_areas", "0003_gates_and_joint_scans"),
        ("tourism_tickets", "0011_stops"),
    ]

    operations = [
        migrations.CreateModel(
            name="AnnualCard",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=40, verbose_name="number of the card")),
                ("holder", models.CharField(max_length=60, verbose_name="holder")),
                ("document_index", models.CharField(max_length=64, verbose_name="document index")),
                (
                    "document_masked",
                    models.CharField(max_length=40, verbose_name="document number"),
                ),
                ("valid_from", models.DateField(verbose_name="valid from")),
                ("valid_until", models.DateField(verbose_name="valid until (included)")),
                ("issued_by", models.CharField(max_length=64, verbose_name="entered by")),
                ("issued_at", models.DateTimeField(verbose_name="entered at")),
                (
                    "revoked_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="withdrawn at"),
                ),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="tourism_areas.scenicarea",
                        verbose_name="scenic area",
                    ),
                ),
            ],
            options={
                "verbose_name": "annual card",
                "verbose_name_plural": "annual cards",
                "indexes": [
                    models.Index(
                        fields=["document_index", "area"], name="tourism_tickets_annualcard_who"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("area", "number"), name="tourism_tickets_annualcard_number"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("valid_from__lte", models.F("valid_until"))),
                        name="tourism_tickets_annualcard_in_order",
                    ),
                ],
            },
        ),
    ]
