"""sp_set_session_context and SESSION_CONTEXT."""

from ddl_support import Client


def test_a_value_is_read_back_in_its_session_only(server):
    first, second = Client(server), Client(server)
    first.run("EXEC sp_set_session_context N'tenant', N'north'")
    read = "SELECT CAST(SESSION_CONTEXT(N'Tenant') AS nvarchar(20))"
    assert first.value(read) == "north"
    assert second.value(read) is None


def test_a_read_only_key_is_not_set_again(server):
    client = Client(server)
    client.run("EXEC sp_set_session_context @key = N'id', @value = 7, @read_only = 1")
    assert client.errors("EXEC sp_set_session_context N'id', 8") == [15664]
    assert client.value("SELECT CAST(SESSION_CONTEXT(N'id') AS int)") == 7


def test_a_key_is_unicode_text(server):
    assert Client(server).errors("SELECT SESSION_CONTEXT('id')") == [8116]
