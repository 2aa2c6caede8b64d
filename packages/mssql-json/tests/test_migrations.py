from django.db.migrations import Migration
from django.db.migrations.writer import MigrationWriter, OperationWriter

from mssql_json.migrations import ReplaceJSONChecks, UseNativeType


def test_the_operation_can_be_written():
    operation = UseNativeType("paper", "value")
    text, imports = OperationWriter(operation, indentation=0).serialize()
    assert "UseNativeType" in text and "model_name='paper'" in text
    assert operation.describe() == "Store paper.value as the type json"
    assert MigrationWriter and not operation.reversible


def test_checks_are_replaced_for_the_whole_database():
    operation = ReplaceJSONChecks()
    text, _ = OperationWriter(operation).serialize()
    assert "".join(text.split()) == "mssql_json.migrations.ReplaceJSONChecks(),"
    assert operation.describe() == "Let JSONFields take any JSON" and operation.reversible


def test_another_backend_of_the_same_vendor_is_left_alone():
    class Editor:
        connection = type("Connection", (), {"vendor": "microsoft"})()

    ReplaceJSONChecks().database_forwards("a", Editor(), None, None)
    ReplaceJSONChecks().database_backwards("a", Editor(), None, None)


def test_makemigrations_names_a_migration_after_them():
    class Convert(Migration):
        operations = [UseNativeType("Paper", "value")]

    class Replace(Migration):
        operations = [ReplaceJSONChecks()]

    assert Convert("0002_auto", "papers").suggest_name() == "paper_value_native"
    assert Replace("0003_auto", "papers").suggest_name() == "replace_json_checks"
