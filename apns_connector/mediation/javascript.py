"""JavaScript, run by QuickJS: without access to anything, and within limits."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module, resources
from types import ModuleType
from typing import Any

from apns_connector.errors import ConfigurationError, MediationError

MISSING_PACKAGE = "<script> needs the package quickjs-ng: pip install 'apns-connector[javascript]'"
MEMORY_BYTES = 64 * 1024 * 1024
STACK_BYTES = 512 * 1024
# Of processor time, of all of this process: the engine asks the system for no other.
CPU_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the script, called with ``mc`` and further arguments; JSON values."""

    function: str
    arguments: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """``result``: what the script gave, as JSON; ``None`` for nothing. ``changes``: what it did to
    ``mc``, in order, such as ``["setProperty", "name", "value", "default"]``."""

    result: Any
    changes: list[list[Any]]


def engine() -> ModuleType:
    """Raises ConfigurationError when it is not installed."""
    try:
        return import_module("quickjs")
    except ImportError as error:
        raise ConfigurationError(MISSING_PACKAGE) from error


def check(source: str) -> None:
    """Raises ConfigurationError for what is no JavaScript, and without the engine."""
    problem = _evaluate([f"new Function({json.dumps(source)}); null"])[0]
    if problem is not None:
        raise ConfigurationError(f"the script is not valid: {problem}")


async def run(sources: Sequence[str], view: dict[str, Any], call: Call | None = None) -> Outcome:
    """Evaluate the sources one after the other; then, with a ``call``, that one. ``view`` is what
    ``mc`` shows. Other flows go on meanwhile. Raises MediationError for what the script throws."""
    return await asyncio.to_thread(_run, sources, view, call)


def _run(sources: Sequence[str], view: dict[str, Any], call: Call | None) -> Outcome:
    scripts = [f"{_prelude()}({_literal(view)})", *sources]
    if call is not None:
        arguments = "".join(f", {_literal(argument)}" for argument in call.arguments)
        scripts.append(f"{call.function}(mc{arguments})")
    problem, result, changes = _evaluate(scripts)
    if problem is not None:
        raise MediationError(problem)
    return Outcome(result, json.loads(changes or "[]"))


def _evaluate(scripts: Sequence[str]) -> tuple[str | None, Any, str | None]:
    """What was thrown, the value of the last script, and the changes. A context belongs to one
    thread from its beginning to its end, so nothing of it leaves this function."""
    quickjs = engine()
    context = quickjs.Context()
    context.set_memory_limit(MEMORY_BYTES)
    context.set_max_stack_size(STACK_BYTES)
    context.set_time_limit(CPU_SECONDS)
    try:
        result = None
        for script in scripts:
            result = context.eval(script)
        if isinstance(result, quickjs.Object):
            text = result.json()
            result = None if text is None else json.loads(text)
        changes = context.eval("typeof __changes === 'function' ? __changes() : '[]'")
    except quickjs.JSException as error:
        return _reason(str(error)), None, None
    return None, result, changes


def _literal(value: Any) -> str:
    """A JSON value as JavaScript. Written out as it is, a member __proto__ would be no member."""
    return f"JSON.parse({json.dumps(json.dumps(value))})"


def _reason(text: str) -> str:
    """The engine's message, and the first place in the script."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines or lines[0] == "null" or "out of memory" in lines[0]:
        return "it wants more memory than it may have"
    if "interrupted" in lines[0]:
        return f"it takes more than {CPU_SECONDS} seconds"
    return " ".join(lines[:2])


@cache
def _prelude() -> str:
    file = resources.files("apns_connector.mediation").joinpath("script_context.js")
    return file.read_text(encoding="utf-8").strip()
