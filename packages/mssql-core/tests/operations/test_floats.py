from mssql_core.operations.floats import exact_text, shortest_text


def test_the_number_is_named_once(compiled):
    """It may have parameters, or be another one each time."""
    sql = shortest_text("RAND(CHECKSUM(NEWID()))")
    assert sql.count("RAND(") == 1 and "%" not in sql
    compiled.statement("SELECT %s" % sql)


def test_where_no_subquery_is_allowed(compiled):
    assert compiled.statement("SELECT %s" % exact_text("1e0")) == "SELECT CONVERT(nvarchar(32), CAST(1e0 AS float), 3)"
