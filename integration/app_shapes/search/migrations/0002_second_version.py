from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("search", "0001_initial"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="article",
            options={"ordering": ["-published", "title"]},
        ),
        migrations.AddField(
            model_name="topic",
            name="related",
            field=models.ManyToManyField(blank=True, to="search.topic"),
        ),
        migrations.AlterField(
            model_name="article",
            name="subtitle",
            field=models.CharField(db_index=True, max_length=200, null=True),
        ),
        migrations.AlterField(
            model_name="topic",
            name="title",
            field=models.CharField(max_length=60, unique=True),
        ),
        migrations.AddIndex(
            model_name="article",
            index=models.Index(fields=["-published", "title"], name="search_order"),
        ),
    ]
