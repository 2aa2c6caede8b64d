import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0002_second_version")]

    operations = [
        migrations.CreateModel(
            "Worker",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("last_heartbeat", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.AddField(
            "job", "worker", models.ForeignKey("jobs.Worker", django.db.models.deletion.SET_NULL, null=True)
        ),
        migrations.RunSQL(
            """
            CREATE PROCEDURE [jobs_fetch] @queue nvarchar(128) AS
            BEGIN
                SET NOCOUNT ON;
                WITH [next] AS (
                    SELECT TOP (1) [id], [status], [attempts] FROM [jobs_job] WITH (UPDLOCK, READPAST, ROWLOCK)
                    WHERE [status] = 'todo' AND [queue] = @queue ORDER BY [priority] DESC, [id]
                )
                UPDATE [next] SET [status] = 'doing', [attempts] = [attempts] + 1 OUTPUT inserted.[id];
            END
            GO
            """,
            "DROP PROCEDURE [jobs_fetch]",
        ),
    ]
