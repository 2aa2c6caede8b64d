"""What is known of a server ends with the database: one of the same name may have another collation."""

from harness.catalogues import empty
from harness.project import new_alias

COLLATIONS = ("Latin1_General_CI_AS", "Latin1_General_CS_AS", "Latin1_General_100_CI_AS_SC_UTF8")


def test_a_test_database_that_is_made_again_has_its_own_collation(server):
    for collation in COLLATIONS:
        with empty(server, "again", collation) as connection:
            assert connection.server.collation == collation
            assert connection.server.ignores_case == ("_CI_" in collation)


def test_so_it_is_for_other_aliases_of_it(server):
    """They ask anew, too."""
    with empty(server, "again", COLLATIONS[0]) as connection:
        name = connection.settings_dict["NAME"]
        with new_alias("beside", server.database(name)) as beside:
            assert beside.server.collation == COLLATIONS[0]
    with empty(server, "again", COLLATIONS[1]), new_alias("beside", server.database(name)) as beside:
        assert beside.server.collation == COLLATIONS[1]
