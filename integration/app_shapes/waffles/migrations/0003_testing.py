from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("waffles", "0002_second_version")]

    operations = [migrations.RenameField("flag", "rollout", "testing")]
