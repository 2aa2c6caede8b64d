import json

import pytest
from django.db import DataError


@pytest.mark.parametrize("value", [{"é": "🤡"}, [1, 2.5, None, True], "x", None, ["\ud800"]])
def test_documents_come_back(connection, value):
    assert json.loads(connection().ops.adapt_json_value(value, None)) == value


def test_text_stays_readable(connection):
    assert connection().ops.adapt_json_value({"é": "🤡"}, None) == '{"é": "🤡"}'


def test_native_documents_are_exact(connection):
    ops = connection({"native": True}, version="2025").ops
    assert ops.adapt_json_value([1e-7], None) == "[0.0000001]"
    with pytest.raises(DataError, match="type json.*38 digits"):
        ops.adapt_json_value([10**40], None)
