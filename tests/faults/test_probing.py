"""The probe of the fault rows tells right refusals from wrong answers."""

import json

import pytest

from tests.faults.probing import is_right


@pytest.mark.parametrize(
    ("status", "kind", "code", "right"),
    [
        (200, "text/html", "", True),
        (202, "application/json", "", True),
        (503, "text/html", "", True),
        (503, "application/problem+json", "unavailable", True),
        (507, "application/problem+json", "storage_full", True),
        (503, "application/problem+json", "internal_error", False),
        (500, "application/problem+json", "internal_error", False),
        (500, "text/html", "", False),
        (503, "text/plain", "", False),
        (404, "text/html", "", False),
    ],
)
def test_only_successes_and_the_two_refusals_are_right(
    *, status: int, kind: str, code: str, right: bool
) -> None:
    assert is_right(status, kind, json.dumps({"code": code}).encode()) is right
