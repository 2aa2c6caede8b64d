import tracemalloc

from mssql_core.connection.spool import Spool


def test_rows_come_back_in_order():
    spool = Spool()
    for start in (0, 3, 6):
        spool.add([(number, "x", None, b"y") for number in range(start, start + 3)])
    spool.add([])
    assert [number for number, *_ in spool.rows()] == list(range(9))


def test_many_rows_take_little_memory():
    spool = Spool()
    tracemalloc.start()
    try:
        for start in range(0, 40000, 1000):
            spool.add([(number, "%01000d" % number) for number in range(start, start + 1000)])
        count = sum(1 for _ in spool.rows())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 40000
    # The rows themselves are 43 MB; the file is filled from twice what may stay in memory.
    assert peak < 22 * 2**20
