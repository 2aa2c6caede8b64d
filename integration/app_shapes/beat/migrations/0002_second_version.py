import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("beat", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChordCounter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("group_id", models.CharField(max_length=255, unique=True)),
                ("sub_tasks", models.TextField()),
                ("count", models.PositiveIntegerField()),
            ],
        ),
        migrations.AlterModelOptions(
            name="crontabschedule",
            options={"ordering": ["month_of_year", "day_of_month", "day_of_week", "hour", "minute", "timezone"]},
        ),
        migrations.AlterModelOptions(
            name="taskresult",
            options={"ordering": ["-date_done"]},
        ),
        migrations.RemoveField(
            model_name="taskresult",
            name="hidden",
        ),
        migrations.AddField(
            model_name="crontabschedule",
            name="timezone",
            field=models.CharField(default="UTC", max_length=63),
        ),
        migrations.AddField(
            model_name="periodictask",
            name="description",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="periodictask",
            name="expire_seconds",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="periodictask",
            name="headers",
            field=models.TextField(blank=True, default="{}"),
        ),
        migrations.AddField(
            model_name="periodictask",
            name="one_off",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="periodictask",
            name="priority",
            field=models.PositiveIntegerField(blank=True, default=None, null=True),
        ),
        migrations.AddField(
            model_name="periodictask",
            name="solar",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to="beat.solarschedule"
            ),
        ),
        migrations.AddField(
            model_name="periodictask",
            name="start_time",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="taskresult",
            name="date_created",
            field=models.DateTimeField(auto_now_add=True, default=django.utils.timezone.now),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="taskresult",
            name="meta",
            field=models.TextField(default=None, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="taskresult",
            name="task_args",
            field=models.TextField(null=True),
        ),
        migrations.AddField(
            model_name="taskresult",
            name="task_name",
            field=models.CharField(max_length=255, null=True),
        ),
        migrations.AlterField(
            model_name="crontabschedule",
            name="day_of_month",
            field=models.CharField(default="*", max_length=124),
        ),
        migrations.AlterField(
            model_name="crontabschedule",
            name="hour",
            field=models.CharField(default="*", max_length=96),
        ),
        migrations.AlterField(
            model_name="crontabschedule",
            name="minute",
            field=models.CharField(default="*", max_length=240),
        ),
        migrations.AddIndex(
            model_name="taskresult",
            index=models.Index(fields=["task_name"], name="beat_result_name"),
        ),
        migrations.AddIndex(
            model_name="taskresult",
            index=models.Index(fields=["status"], name="beat_result_status"),
        ),
        migrations.AddIndex(
            model_name="taskresult",
            index=models.Index(fields=["date_created"], name="beat_result_created"),
        ),
        migrations.AddIndex(
            model_name="taskresult",
            index=models.Index(fields=["date_done"], name="beat_result_done"),
        ),
        migrations.AddConstraint(
            model_name="crontabschedule",
            constraint=models.UniqueConstraint(
                fields=("minute", "hour", "day_of_week", "day_of_month", "month_of_year", "timezone"),
                name="beat_crontab_once",
            ),
        ),
    ]
