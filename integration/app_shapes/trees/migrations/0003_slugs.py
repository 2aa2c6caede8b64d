from django.db import migrations, models
from django.utils.text import slugify


def fill(apps, schema_editor):
    category = apps.get_model("trees", "Category")
    for one in category.objects.using(schema_editor.connection.alias).filter(slug=None).iterator():
        one.slug = "%s-%d" % (slugify(one.name), one.pk)
        one.save(update_fields=["slug"])


class Migration(migrations.Migration):
    dependencies = [("trees", "0002_second_version")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField("category", "slug", models.SlugField(max_length=60, unique=True)),
        migrations.RenameIndex("category", new_name="trees_in_order", old_name="trees_order"),
    ]
