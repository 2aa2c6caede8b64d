import copy
import gc

from mssql_core.testing import fake_connection


def test_a_shallow_copy_leaves_the_plugins_of_the_original_alone():
    connection = fake_connection()
    twin = copy.copy(connection)
    del twin
    gc.collect()
    assert callable(connection.plugins.hook.mssql_credentials)
