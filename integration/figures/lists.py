"""The client's cost of a list of values: ``python -m figures.lists`` prints the table of docs/differences.md."""

from __future__ import annotations

import time

from harness.project import configure


def _milliseconds(function, argument, rounds: int = 20) -> float:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        function(argument)
        times.append(time.perf_counter() - start)
    return min(times) * 1000


def main() -> None:
    configure(apps=["django.contrib.contenttypes", "django.contrib.auth"])
    from django.contrib.auth.models import User
    from django.db.models import Q

    from mssql_core.connection.parameters import adapt
    from mssql_core.testing import fake_connection

    connection = fake_connection()
    connection.ensure_connection()

    def sent(queryset):
        sql, params = queryset.query.get_compiler(connection=connection).as_sql()
        adapt(params, None)
        return len(sql)

    print("| values | as parameters | statement | as JSON | statement |\n|---|---|---|---|---|")
    for count in (64, 256, 1024, 2000):
        listed = User.objects.filter(Q(pk__in=range(count)) | Q(pk=0))
        longer = User.objects.filter(pk__in=range(max(count, 65)))
        cells = [
            f"{_milliseconds(sent, queryset):.1f} ms | {sent(queryset):,} characters" for queryset in (listed, longer)
        ]
        print(f"| {count:,} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
