from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("history", "0002_second_version")]

    operations = [
        migrations.RenameField("poll", "owner", "creator"),
        migrations.RenameField("historicalpoll", "owner", "creator"),
        migrations.AlterModelTable("historicalpoll", "history_poll_kept"),
        migrations.RunSQL(
            """
            CREATE TABLE [history_ledger] ([poll] bigint NOT NULL, [was] nvarchar(200) NULL)
            GO
            CREATE TRIGGER [history_poll_changed] ON [history_poll] AFTER UPDATE, DELETE AS
            INSERT INTO [history_ledger] ([poll], [was]) SELECT [id], [question] FROM deleted
            GO
            """,
            "DROP TRIGGER [history_poll_changed]\nGO\nDROP TABLE [history_ledger]",
        ),
    ]
