from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("config", "0002_second_version")]

    operations = [
        migrations.RenameModel("Setting", "Option"),
        migrations.RenameField("preference", "raw_value", "value"),
        migrations.RenameField("preference", "instance", "user"),
        migrations.AlterUniqueTogether("preference", {("user", "section", "name")}),
    ]
