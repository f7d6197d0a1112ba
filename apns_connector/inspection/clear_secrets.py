"""Secrets that stand in a file for everybody to read. No finding ever shows one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from apns_connector.inspection.elements import Placed, constant, elements
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.deployment.finding import Finding, Severity

_SECRET = re.compile(
    r"passw(or)?d$|passphrase$|secret$|(api|private|access|signing|master)[._-]?key$"
    r"|(access|bearer|auth)[._-]?token$|^(proxy-)?authorization$",
    re.IGNORECASE,
)
_USER_IN_URL = re.compile(r"\b[a-z][a-z0-9+.-]*://[^/\s:@]+:[^/\s@{$]+@", re.IGNORECASE)
_PRIVATE_KEY = "PRIVATE KEY-----"
# A number, a truth value or a path says how a secret is found, and is none.
_NO_SECRET = re.compile(r"true|false|\d{1,3}|(gov|conf|local|resources|file|env):.*", re.IGNORECASE)
_YAML = re.compile(r"""\s*(?:-\s*)?["']?([\w.-]+)["']?\s*:\s*["']?([^\s#"'][^#"']*)""")


def inspect_clear_secrets(configuration: Configuration) -> Iterator[Finding]:
    for placed in elements(configuration):
        for name, value in _named_values(placed):
            if is_secret(name, value):
                yield placed.warning(_text(name, _alias(placed, name), placed))
        if any(_USER_IN_URL.search(text) for text in placed.texts()):
            alias = _alias(placed, "password")
            yield placed.warning(_text("password in the address", alias, placed))
        if any(_PRIVATE_KEY in text for text in placed.texts()):
            yield placed.warning(_text("private key", _alias(placed, "key"), placed))


def inspect_settings_file(file: Path, name: str) -> Iterator[Finding]:
    """The same for gateway.yaml; ``name`` is what the finding calls it."""
    lines = file.read_text("utf-8", "replace").splitlines() if file.is_file() else []
    for number, line in enumerate(lines, 1):
        match = _YAML.match(line)
        named = match is not None and is_secret(match[1], match[2])
        if named or _USER_IN_URL.search(line):
            key = match[1] if match is not None and named else "password in the address"
            text = f"the {key} stands here in clear text: give it by the environment instead"
            yield Finding(Severity.WARNING, text, name, number)


def is_secret(name: str, value: str) -> bool:
    """Whether the name is that of a secret, and the value one that everybody can read."""
    if _SECRET.search(name) is None:
        return False
    plain = constant(value)
    return plain is not None and _NO_SECRET.fullmatch(plain) is None


def _named_values(placed: Placed) -> Iterator[tuple[str, str]]:
    """What the element, or an attribute of it, is called, and its value."""
    attributes = dict(placed.attributes())
    name = attributes.pop("name", None)
    value, expression = attributes.pop("value", None), attributes.pop("expression", "")
    if name is None and len(placed.element) == 0:
        yield placed.name, placed.element.text or ""
    elif name is not None:
        yield name, value or placed.element.text or ""
        if expression.startswith(("'", '"')):
            yield name, expression
    yield from attributes.items()


def _alias(placed: Placed, name: str) -> str:
    """A name for the secret in the vault: that of its artifact, and its own."""
    owners = [placed.element, *placed.element.iterancestors()]
    keys = (owner.get("key") or owner.get("name") for owner in owners[1:])
    owner = next((key for key in keys if key and re.fullmatch(r"[\w.-]+", key)), "my")
    return f"{owner}.{re.sub(r'[^A-Za-z0-9]+', '.', name).strip('.')}"


def _text(name: str, alias: str, placed: Placed) -> str:
    lookup = f"wso2:vault-lookup('{alias}')"
    by_expression = {"value", "expression"} & {attribute for attribute, _ in placed.attributes()}
    written = f'expression="{lookup}"' if by_expression else f"{{{lookup}}}"
    return (
        f"the {name} stands here in clear text: apns-connector vault put DEPLOYMENT {alias}, and "
        f"write {written}"
    )
