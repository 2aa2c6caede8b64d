from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("search", "0002_second_version")]

    operations = [
        migrations.RemoveIndex("article", "search_order"),
        migrations.AlterField("article", "title", models.CharField(max_length=300)),
        migrations.AddIndex(
            "article", models.Index(fields=["-published", "title"], name="search_newest", include=["views"])
        ),
        migrations.AlterField("writer", "name", models.CharField(db_index=True, max_length=120)),
        migrations.RunSQL(
            "CREATE VIEW [search_titles] AS SELECT [id], UPPER([title]) AS [title] FROM [search_article]",
            "DROP VIEW [search_titles]",
        ),
    ]
