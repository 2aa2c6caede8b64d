from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("labels", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="action",
            options={"ordering": ("-timestamp",)},
        ),
        migrations.AddField(
            model_name="action",
            name="data",
            field=models.JSONField(null=True),
        ),
        migrations.AlterField(
            model_name="action",
            name="actor_id",
            field=models.CharField(db_index=True, max_length=255),
        ),
        migrations.AlterField(
            model_name="action",
            name="public",
            field=models.BooleanField(db_index=True, default=True),
        ),
        migrations.AlterField(
            model_name="action",
            name="verb",
            field=models.CharField(db_index=True, max_length=255),
        ),
        migrations.AlterField(
            model_name="tag",
            name="slug",
            field=models.SlugField(allow_unicode=True, max_length=100, unique=True),
        ),
        migrations.AlterField(
            model_name="taggeditem",
            name="object_id",
            field=models.IntegerField(db_index=True),
        ),
        migrations.AddIndex(
            model_name="objectpermission",
            index=models.Index(fields=["permission", "user", "content_type", "object_pk"], name="labels_permission"),
        ),
        migrations.AddIndex(
            model_name="taggeditem",
            index=models.Index(fields=["content_type", "object_id"], name="labels_item_object"),
        ),
        migrations.AddConstraint(
            model_name="taggeditem",
            constraint=models.UniqueConstraint(fields=("content_type", "object_id", "tag"), name="labels_item_once"),
        ),
    ]
