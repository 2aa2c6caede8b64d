import datetime

import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("money", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="entry",
            name="reference",
            field=models.DecimalField(decimal_places=0, max_digits=38, null=True),
        ),
        migrations.AddField(
            model_name="rate",
            name="since",
            field=models.DateField(default=datetime.date(2020, 1, 1)),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="account",
            name="balance",
            field=models.DecimalField(decimal_places=4, default=0, max_digits=19),
        ),
        migrations.AlterField(
            model_name="account",
            name="limit",
            field=models.DecimalField(decimal_places=4, max_digits=19, null=True),
        ),
        migrations.AlterField(
            model_name="entry",
            name="amount",
            field=models.DecimalField(decimal_places=4, max_digits=19),
        ),
        migrations.AlterField(
            model_name="rate",
            name="value",
            field=models.DecimalField(decimal_places=10, max_digits=20),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("limit", None),
                    (
                        "balance__gte",
                        django.db.models.expressions.CombinedExpression(models.F("limit"), "*", models.Value(-1)),
                    ),
                    _connector="OR",
                ),
                name="money_limit",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(("currency__in", ["EUR", "USD", "JPY"])), name="money_currency"
            ),
        ),
        migrations.AddConstraint(
            model_name="rate",
            constraint=models.UniqueConstraint(fields=("currency", "since"), name="money_rate_once"),
        ),
    ]
