from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
        ("revisions", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="version",
            name="db",
            field=models.CharField(default="default", max_length=191),
        ),
        migrations.AlterField(
            model_name="version",
            name="object_id",
            field=models.CharField(max_length=191),
        ),
        migrations.AlterUniqueTogether(
            name="version",
            unique_together={("db", "content_type", "object_id", "revision")},
        ),
        migrations.AddIndex(
            model_name="version",
            index=models.Index(fields=["db", "content_type"], name="revisions_type"),
        ),
        migrations.RemoveField(
            model_name="version",
            name="object_id_int",
        ),
    ]
