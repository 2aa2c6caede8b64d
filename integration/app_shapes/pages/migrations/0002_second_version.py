import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pages", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="page",
            name="latest_revision",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="pages.revision"
            ),
        ),
        migrations.AddField(
            model_name="page",
            name="locale",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="pages.locale"
            ),
        ),
        migrations.AddField(
            model_name="page",
            name="translation_key",
            field=models.UUIDField(default=uuid.uuid4, editable=False),
        ),
        migrations.AddField(
            model_name="snippet",
            name="index_entries",
            field=models.ManyToManyField(blank=True, to="pages.page"),
        ),
        migrations.AlterField(
            model_name="blogpage",
            name="body",
            field=models.JSONField(default=list),
        ),
        migrations.AlterField(
            model_name="page",
            name="first_published_at",
            field=models.DateTimeField(db_index=True, null=True),
        ),
        migrations.AlterField(
            model_name="page",
            name="slug",
            field=models.SlugField(allow_unicode=True, max_length=255),
        ),
        migrations.AlterField(
            model_name="revision",
            name="content",
            field=models.JSONField(),
        ),
        migrations.AlterField(
            model_name="site",
            name="hostname",
            field=models.CharField(db_index=True, max_length=255),
        ),
        migrations.AlterField(
            model_name="snippet",
            name="key",
            field=models.UUIDField(default=uuid.uuid4, unique=True),
        ),
        migrations.AlterUniqueTogether(
            name="page",
            unique_together={("translation_key", "locale")},
        ),
        migrations.AddConstraint(
            model_name="site",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_default_site", True)), fields=("is_default_site",), name="pages_default_site"
            ),
        ),
    ]
