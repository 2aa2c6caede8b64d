from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("trees", "0001_initial"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="category",
            options={"ordering": ["tree_id", "lft"]},
        ),
        migrations.AlterModelOptions(
            name="folder",
            options={"ordering": ["path"]},
        ),
        migrations.AddField(
            model_name="category",
            name="slug",
            field=models.SlugField(max_length=60, null=True),
        ),
        migrations.AlterField(
            model_name="folder",
            name="path",
            field=models.CharField(max_length=255, unique=True),
        ),
        migrations.AddIndex(
            model_name="category",
            index=models.Index(fields=["tree_id", "lft"], name="trees_order"),
        ),
        migrations.AddConstraint(
            model_name="category",
            constraint=models.CheckConstraint(
                condition=models.Q(("rght__gt", models.F("lft"))), name="trees_left_right"
            ),
        ),
        migrations.AddConstraint(
            model_name="folder",
            constraint=models.CheckConstraint(condition=models.Q(("depth__gt", 0)), name="trees_depth"),
        ),
    ]
