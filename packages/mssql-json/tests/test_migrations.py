from django.db.migrations.writer import MigrationWriter, OperationWriter

from mssql_json.migrations import UseNativeType


def test_the_operation_can_be_written():
    operation = UseNativeType("paper", "value")
    text, imports = OperationWriter(operation, indentation=0).serialize()
    assert "UseNativeType" in text and "model_name='paper'" in text
    assert operation.describe() == "Store paper.value as the type json"
    assert MigrationWriter and not operation.reversible
