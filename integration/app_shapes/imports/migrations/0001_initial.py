import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Author",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
            ],
        ),
        migrations.CreateModel(
            name="Category",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="Book",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("isbn", models.CharField(max_length=17)),
                ("name", models.CharField(max_length=100, verbose_name="Book name")),
                ("published", models.DateField(null=True)),
                ("published_time", models.TimeField(null=True)),
                ("price", models.DecimalField(decimal_places=2, max_digits=10, null=True)),
                ("pages", models.IntegerField(null=True)),
                ("added", models.DateTimeField(null=True)),
                (
                    "author",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to="imports.author"
                    ),
                ),
                ("categories", models.ManyToManyField(blank=True, to="imports.category")),
            ],
        ),
    ]
