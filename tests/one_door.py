"""Two watchmen of the one door: one reads the source, one listens to the database."""

import ast
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

DOOR = "heroes/services/door.py"
GUARDED = frozenset(
    {
        "state",
        "state_since",
        "state_by_id",
        "state_as",
        "state_reason",
        "due_at",
        "reference",
        "submitted_at",
        "level",
        "decided_digest",
        "decided_method",
        "decided_rules",
        "decided_run_id",
    }
)
"""The columns of an entry that say where it stands and why."""
_WRITES = re.compile(
    r"""^\s*(?: UPDATE\s+"?entries"?\s+SET\s.*?(?<![\w.])state\s*= | INSERT\s+INTO\s+"?entries"?[\s(] )""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)


def offences(source: str) -> list[str]:
    """Every place in a module that writes, or could write, a guarded column of an entry."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found += [f"{node.lineno}: {ast.unparse(t)} is set" for t in targets if _guarded_attribute(t)]
        elif isinstance(node, ast.Call):
            found += _offending_call(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _WRITES.match(node.value):
            found.append(f"{node.lineno}: raw SQL")
        elif isinstance(node, ast.FunctionDef) and _writes_entries(node):
            found += [
                f"{key.lineno}: {key.value!r} in {node.name}, which writes entries"
                for inner in ast.walk(node)
                if isinstance(inner, ast.Dict)
                for key in inner.keys
                if isinstance(key, ast.Constant) and key.value in GUARDED
            ]
    return found


def _guarded_attribute(target: ast.expr) -> bool:
    if not isinstance(target, ast.Attribute) or target.attr not in GUARDED:
        return False
    return "entry" in ast.unparse(target.value).lower().split(".")[-1]


def _offending_call(call: ast.Call) -> list[str]:
    name = ast.unparse(call.func)
    words = {str(keyword.arg) for keyword in call.keywords} & GUARDED
    if name == "Entry" and words:
        return [f"{call.lineno}: Entry({', '.join(sorted(words))})"]
    if name.endswith(".values") and _about_entries(call.func) and words:
        return [f"{call.lineno}: values({', '.join(sorted(words))})"]
    if (
        name in ("setattr", "set_committed_value")
        and len(call.args) > 1
        and "entry" in ast.unparse(call.args[0]).lower()
    ):
        second = call.args[1]
        if isinstance(second, ast.Constant) and second.value in GUARDED:
            return [f"{call.lineno}: {name} {second.value}"]
    return []


def _about_entries(node: ast.AST) -> bool:
    return any(
        isinstance(inner, ast.Call)
        and ast.unparse(inner.func).split(".")[-1] in ("update", "insert")
        and ("Entry" in [ast.unparse(a) for a in inner.args] or ast.unparse(inner.func).startswith("Entry."))
        for inner in ast.walk(node)
    )


def _writes_entries(function: ast.FunctionDef) -> bool:
    return _about_entries(function)


def modules() -> Iterator[tuple[str, str]]:
    """Every module of the product but the door and the migrations: its path and its source."""
    root = Path(__file__).parent.parent
    for path in sorted((root / "heroes").rglob("*.py")):
        name = path.relative_to(root).as_posix()
        if name != DOOR and not name.startswith("heroes/migrations/"):
            yield name, path.read_text(encoding="utf-8")


@contextmanager
def watched() -> Iterator[list[str]]:
    """Fail any statement that writes an entry's state without the door among its callers; collect those through it."""
    passed: list[str] = []

    def listen(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not _WRITES.match(statement):
            return
        frame = sys._getframe()
        while frame is not None:
            if frame.f_code.co_filename.endswith(DOOR):
                passed.append(statement)
                return
            frame = frame.f_back  # type: ignore[assignment]
        raise AssertionError(f"written past the door: {statement[:80]}")

    event.listen(Engine, "before_cursor_execute", listen)
    try:
        yield passed
    finally:
        event.remove(Engine, "before_cursor_execute", listen)
