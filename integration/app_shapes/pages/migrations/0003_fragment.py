from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("pages", "0002_second_version")]

    operations = [
        migrations.RenameModel("Snippet", "Fragment"),
        migrations.RenameField("fragment", "index_entries", "pages"),
        migrations.RenameField("page", "search_description", "summary"),
    ]
