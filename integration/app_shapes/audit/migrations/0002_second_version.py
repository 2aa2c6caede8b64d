import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="logentry",
            name="additional_data",
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name="logentry",
            name="cid",
            field=models.CharField(db_index=True, max_length=255, null=True),
        ),
        migrations.AddField(
            model_name="logentry",
            name="serialized_data",
            field=models.JSONField(null=True),
        ),
        migrations.AlterField(
            model_name="logentry",
            name="action",
            field=models.PositiveSmallIntegerField(
                choices=[(0, "create"), (1, "update"), (2, "delete"), (3, "access")], db_index=True
            ),
        ),
        migrations.AlterField(
            model_name="logentry",
            name="changes",
            field=models.JSONField(null=True),
        ),
        migrations.AlterField(
            model_name="logentry",
            name="object_id",
            field=models.BigIntegerField(db_index=True, null=True),
        ),
        migrations.AlterField(
            model_name="logentry",
            name="object_pk",
            field=models.CharField(db_index=True, max_length=255),
        ),
        migrations.AlterField(
            model_name="logentry",
            name="timestamp",
            field=models.DateTimeField(db_index=True, default=django.utils.timezone.now),
        ),
    ]
