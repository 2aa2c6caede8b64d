from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("documents", "0002_second_version")]

    operations = [
        migrations.RenameField("document", "created", "created_at"),
        migrations.AddField("contract", "signed", models.DateField(null=True)),
    ]
