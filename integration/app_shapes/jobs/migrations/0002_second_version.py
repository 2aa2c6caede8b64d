from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="job",
            name="lock",
            field=models.CharField(max_length=128, null=True),
        ),
        migrations.AddField(
            model_name="job",
            name="priority",
            field=models.IntegerField(default=0),
        ),
        migrations.AddField(
            model_name="job",
            name="queueing_lock",
            field=models.CharField(max_length=128, null=True),
        ),
        migrations.AlterField(
            model_name="event",
            name="at",
            field=models.DateTimeField(auto_now_add=True, null=True),
        ),
        migrations.AlterField(
            model_name="job",
            name="args",
            field=models.JSONField(default=dict),
        ),
        migrations.AlterField(
            model_name="job",
            name="attempts",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                condition=models.Q(("status", "todo")), fields=["-priority", "id"], include=("lock",), name="jobs_todo"
            ),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "todo")), fields=("queueing_lock",), name="jobs_queueing_lock"
            ),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["doing", "aborting"])), fields=("lock",), name="jobs_lock"
            ),
        ),
    ]
