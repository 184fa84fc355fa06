"""The house rules that no tool checks: who may be called, who hears what, who commits, how big things grow."""

import ast
import re
from pathlib import Path

import pytest

from services.allinone import four_services
from services.settings import NAMES
from shared.auth.guard import policy_of
from shared.contracts.base import PERSONAL, event_types, schema_of
from shared.migrations import differences, heads_of
from tests.harness import SteppedStack

ROOT = Path(__file__).parents[2]
PYTHON = [
    path
    for folder in ("services", "shared", "tests", "deploy")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "versions" not in path.parts
]
PERSONAL_WORDS = ("name", "address", "mail", "phone", "institution", "country")
ids = [str(path.relative_to(ROOT)) for path in PYTHON]


def test_every_route_declares_who_may_call_it(stack: SteppedStack) -> None:
    open_doors = [
        f"{name}: {rule.rule}"
        for name, runtime in stack.runtimes.items()
        for rule in runtime.app.url_map.iter_rules()
        if policy_of(runtime.app, rule.endpoint) is None
    ]
    assert open_doors == []


def test_every_event_is_heard_by_a_service_or_declared_public() -> None:
    heard = {kind for service in four_services() for kind in service.subscriptions}
    assert [kind.TYPE for kind in event_types() if kind.TYPE not in heard and not kind.PUBLIC] == []


def test_event_types_follow_the_pattern_and_name_their_subject() -> None:
    pattern = re.compile(rf"plenary\.({'|'.join(NAMES)})\.[a-z_]+\.[a-z_]+\.v\d+")
    for kind in event_types():
        assert pattern.fullmatch(kind.TYPE), kind.TYPE
        assert kind.SUBJECT in kind.__dataclass_fields__


def test_exactly_one_event_is_personal_and_no_other_has_a_personal_field() -> None:
    personal = [kind for kind in event_types() if kind.DATACLASS == PERSONAL]
    assert [kind.__name__ for kind in personal] == ["AttendeeStated"]
    about_people = [kind for kind in event_types() if kind.publisher() != "sessions" and kind not in personal]
    fields = {(kind.__name__, name) for kind in about_people for name in schema_of(kind, "exclude").fields}
    assert [
        (kind, name) for kind, name in sorted(fields) if any(word in name for word in PERSONAL_WORDS)
    ] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_migrated_database_is_what_the_models_say(stack: SteppedStack, name: str) -> None:
    runtime = stack.service(name)
    assert len(heads_of(runtime.database, name)) == 1
    assert differences(runtime.database, runtime.service.metadata) == []


def test_only_the_database_module_commits() -> None:
    committing = [
        str(path.relative_to(ROOT))
        for path in PYTHON
        if path.parts[-2:] != ("shared", "db.py")
        and "tests" not in path.parts
        and re.search(r"\b(db|database|connection)\.commit\(", path.read_text())
    ]
    # Alembic's connection is not a service's transaction.
    assert committing == ["shared/migrations.py"]


@pytest.mark.parametrize("path", PYTHON, ids=ids)
def test_a_module_opens_with_one_sentence_and_stays_readable(path: Path) -> None:
    tree = ast.parse(path.read_text())
    lines = len(path.read_text().splitlines())
    assert lines <= 300, f"{lines} lines: split by noun"
    if tree.body:
        sentence = ast.get_docstring(tree)
        assert sentence, "no opening sentence"
        assert sentence.splitlines()[0].endswith((".", "…")), "the opening sentence does not end"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            size = (node.end_lineno or 0) - node.lineno + 1
            assert size <= 50, f"{node.name} has {size} lines"


def test_no_file_carries_a_registry_or_a_path_of_some_machine() -> None:
    wrong = re.compile(
        r"/(work|home|root)/[a-z]|\"resolved\"|--(extra-)?index-url\s+\S+/|^registry\s*=", re.MULTILINE
    )
    names = ("package.json", "package-lock.json", "pyproject.toml", "Makefile", "README.md")
    files = [ROOT / name for name in names if (ROOT / name).exists()]
    files += [*(ROOT / "requirements").glob("*"), *(ROOT / "docs").rglob("*.md"), *PYTHON]
    assert [str(path) for path in files if path != Path(__file__) and wrong.search(path.read_text())] == []
