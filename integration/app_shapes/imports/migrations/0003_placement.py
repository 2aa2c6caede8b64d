import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("imports", "0002_second_version")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    "Placement",
                    [
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("book", models.ForeignKey("imports.Book", django.db.models.deletion.CASCADE)),
                        ("category", models.ForeignKey("imports.Category", django.db.models.deletion.CASCADE)),
                    ],
                    {"db_table": "imports_book_categories", "unique_together": {("book", "category")}},
                ),
                migrations.AlterField(
                    "book",
                    "categories",
                    models.ManyToManyField(to="imports.Category", through="imports.Placement", blank=True),
                ),
            ],
        ),
        migrations.AddField("placement", "shelf", models.IntegerField(default=0)),
    ]
