import hashlib

from django.db import migrations, models


def fill(apps, schema_editor):
    tokens = apps.get_model("tokens", "AccessToken").objects.using(schema_editor.connection.alias)
    for token in tokens.filter(token_checksum=None):
        token.token_checksum = hashlib.sha256(token.token.encode()).hexdigest()
        token.save(update_fields=["token_checksum"])


class Migration(migrations.Migration):
    dependencies = [("tokens", "0002_second_version")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField("accesstoken", "token_checksum", models.CharField(max_length=64, unique=True)),
    ]
