import django.db.models.deletion
from django.db import migrations, models

KEPT = ("news", "review")


def add(apps, schema_editor):
    tags = apps.get_model("labels", "Tag").objects.using(schema_editor.connection.alias)
    for name in KEPT:
        tags.get_or_create(slug=name, defaults={"name": name.title()})


class Migration(migrations.Migration):
    dependencies = [("contenttypes", "0002_remove_content_type_name"), ("labels", "0002_second_version")]

    operations = [
        migrations.RunPython(add, migrations.RunPython.noop),
        migrations.AddField("action", "place_id", models.CharField(max_length=255, null=True)),
        migrations.AddField(
            "action",
            "place_type",
            models.ForeignKey(
                "contenttypes.ContentType", django.db.models.deletion.CASCADE, null=True, related_name="place"
            ),
        ),
    ]
