"""Which files are unit tests."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from apns_connector.errors import ConfigurationError, XmlError
from apns_connector.flow_tests.reading import ROOTS
from apns_connector.mediation import xml
from apns_connector.mediation.deployment.layout import files_below
from apns_connector.mediation.xml import local_name


def find_suites(paths: Iterable[Path]) -> list[Path]:
    """The files among ``paths``, and those in folders among them whose root says what they are, at
    any depth. Raises ConfigurationError for a path that does not exist, or when there are none."""
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            found |= dict.fromkeys(file for file in files_below(path) if _is_suite(file))
        elif path.is_file():
            found[path] = None
        else:
            raise ConfigurationError(f"{path} does not exist: a folder or a unit-test file is")
    if not found:
        raise ConfigurationError(
            f"there is no unit test, an XML file with the root <{ROOTS[0]}>, in "
            + ", ".join(map(str, paths))
        )
    return list(found)


def _is_suite(file: Path) -> bool:
    """What is no XML is none either: it may be whatever else is in the folder, unless it says
    what it would be."""
    if file.suffix != ".xml":
        return False
    content = file.read_bytes()
    try:
        return local_name(xml.parse(content, xml.CONFIGURATION).tag) in ROOTS
    except XmlError:
        return any(f"<{root}".encode() in content for root in ROOTS)
