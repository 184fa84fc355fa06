"""The documents in docs/ say what the code does, and say it completely."""

from pathlib import Path
from typing import Any

import pytest

from services.documents import documents, write_documents

ROOT = Path(__file__).parents[2]
DOCUMENTS = documents()
APIS = sorted(name for name in DOCUMENTS if name.endswith("openapi.json"))


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        operation
        for path in document["paths"].values()
        for method, operation in path.items()
        if method in ("get", "post", "put", "patch", "delete")
    ]


def test_the_documents_are_what_the_code_says() -> None:
    assert write_documents(ROOT / "docs", check=True) == 0


@pytest.mark.parametrize("name", APIS)
def test_every_operation_has_a_name_a_scope_and_errors_as_problems(name: str) -> None:
    document = DOCUMENTS[name]
    assert document["openapi"] == "3.1.0"
    found, common = operations(document), document["components"]["responses"]
    assert found
    assert len({operation["operationId"] for operation in found}) == len(found)
    for operation in found:
        assert ("x-scope" in operation) == bool(operation["security"])
        for status, response in operation["responses"].items():
            if status.startswith("4"):
                told = common[response["$ref"].rpartition("/")[2]] if "$ref" in response else response
                assert list(told["content"]) == ["application/problem+json"], operation["operationId"]


def test_the_event_catalogue_names_who_sends_and_who_receives() -> None:
    catalogue = DOCUMENTS["events.asyncapi.json"]
    senders = {name for name in catalogue["operations"] if ".sends." in name}
    assert {name.rpartition(".")[2] for name in senders} == set(catalogue["channels"])
    assert "badges.receives.AttendeeStated" in catalogue["operations"]
    assert [name for name in catalogue["operations"] if name.endswith("receives.AttendeeStated")] == [
        "badges.receives.AttendeeStated"
    ]
