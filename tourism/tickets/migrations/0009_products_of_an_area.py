import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings_orders", "0015_unused_lines"),
        ("tourism_areas", "0003_gates_and_joint_scans"),
        ("tourism_tickets", "0008_handover_fee"),
    ]

    operations = [
        migrations.AddField(
            model_name="admission",
            name="day_id",
            field=models.BigIntegerField(blank=True, null=True, verbose_name="day"),
        ),
        migrations.AddField(
            model_name="concession",
            name="off_price_fen",
            field=models.PositiveIntegerField(
                blank=True, null=True, verbose_name="own price, off season (fen)"
            ),
        ),
        migrations.AddField(
            model_name="concession",
            name="peak_price_fen",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="Instead of the share; empty: the share.",
                null=True,
                verbose_name="own price, peak season (fen)",
            ),
        ),
        migrations.AddField(
            model_name="product",
            name="cableway",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="products",
                to="tourism_areas.cableway",
                verbose_name="cableway or inner shuttle",
            ),
        ),
        migrations.AddField(
            model_name="product",
            name="code",
            field=models.SlugField(
                db_default="admission",
                default="admission",
                help_text="Names it within its area, for good: “guide”, “wheelchair”.",
                max_length=60,
                verbose_name="code",
            ),
        ),
        migrations.AddField(
            model_name="product",
            name="gates_in",
            field=models.ManyToManyField(
                blank=True,
                help_text="Through which gates one comes in; none chosen: through any.",
                related_name="+",
                to="tourism_areas.gate",
                verbose_name="gates in",
            ),
        ),
        migrations.AddField(
            model_name="product",
            name="gates_out",
            field=models.ManyToManyField(
                blank=True,
                help_text="Through which gates one goes out; none chosen: through any.",
                related_name="+",
                to="tourism_areas.gate",
                verbose_name="gates out",
            ),
        ),
        migrations.AddField(
            model_name="product",
            name="kind",
            field=models.CharField(
                choices=[
                    ("ADMISSION", "admission"),
                    ("LIFT", "cableway or inner shuttle"),
                    ("ADDON", "service: guide, wheelchair, pushchair"),
                ],
                db_default="ADMISSION",
                default="ADMISSION",
                max_length=9,
                verbose_name="kind",
            ),
        ),
        migrations.AddField(
            model_name="product",
            name="position",
            field=models.PositiveSmallIntegerField(
                db_default=0, default=0, verbose_name="position"
            ),
        ),
        migrations.AddField(
            model_name="product",
            name="reentry",
            field=models.CharField(
                choices=[
                    ("COUNTED", "so many entries"),
                    ("AFTER_EXIT", "again after every exit"),
                    ("FREE", "in and out as one likes"),
                ],
                db_default="COUNTED",
                default="COUNTED",
                max_length=10,
                verbose_name="re-entry",
            ),
        ),
        migrations.AddField(
            model_name="product",
            name="reentry_days",
            field=models.PositiveSmallIntegerField(
                db_default=0,
                default=0,
                help_text="From the first entry on, that day included; 0: until the ticket is over.",
                validators=[django.core.validators.MaxValueValidator(30)],
                verbose_name="re-entry for so many days",
            ),
        ),
        migrations.AddField(
            model_name="product",
            name="stock",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="Of a service: how many there are.",
                null=True,
                verbose_name="so many a day",
            ),
        ),
        migrations.AddField(
            model_name="product",
            name="way",
            field=models.CharField(
                blank=True,
                choices=[("UP", "up, or out"), ("DOWN", "down, or back")],
                db_default="",
                default="",
                max_length=4,
                verbose_name="way",
            ),
        ),
        migrations.AlterField(
            model_name="product",
            name="area",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="products",
                to="tourism_areas.scenicarea",
                verbose_name="scenic area",
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.UniqueConstraint(
                fields=("area", "code"), name="tourism_tickets_product_code"
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "ADMISSION")),
                fields=("area",),
                name="tourism_tickets_product_one_admission",
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.UniqueConstraint(
                fields=("cableway", "way"), name="tourism_tickets_product_one_way"
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("cableway__isnull", False),
                        ("kind", "LIFT"),
                        models.Q(("way", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("kind", "LIFT"), _negated=True),
                        ("cableway__isnull", True),
                        ("way", ""),
                    ),
                    _connector="OR",
                ),
                name="tourism_tickets_product_lift_has_a_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "ADDON"), ("stock__isnull", False)),
                    models.Q(models.Q(("kind", "ADDON"), _negated=True), ("stock__isnull", True)),
                    _connector="OR",
                ),
                name="tourism_tickets_product_addon_has_stock",
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reentry_days", 0),
                    models.Q(("reentry", "COUNTED"), _negated=True),
                    _connector="OR",
                ),
                name="tourism_tickets_product_reentry_days",
            ),
        ),
    ]
