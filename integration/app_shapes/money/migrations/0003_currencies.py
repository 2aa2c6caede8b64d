from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("money", "0002_second_version"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="account",
            name="money_currency",
        ),
        migrations.AlterField(
            model_name="entry",
            name="reference",
            field=models.DecimalField(decimal_places=0, max_digits=38, null=True, unique=True),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["account", "-booked"], include=("amount",), name="money_statement"),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(("currency__in", ["EUR", "USD", "JPY", "KWD"])), name="money_currency"
            ),
        ),
    ]
