"""docs/language.md says of each element what the code says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from apns_connector.mediation.configuration import (
    IGNORED_ARTIFACTS,
    KINDS,
    NOT_SUPPORTED_ARTIFACTS,
)
from apns_connector.mediation.mediators import MEDIATORS, NOT_SUPPORTED

PAGE = Path(__file__).parents[4] / "docs/language.md"
ROW = re.compile(r"\| `(\S+)` \| (yes|no) \| (.*?) ?\|$")


def rows(heading: str) -> list[tuple[str, str, str]]:
    """Element, yes or no, and the text, of the table below a heading."""
    part = PAGE.read_text("utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("| `")]
    return [match.groups() for line in lines if (match := ROW.match(line))]  # type: ignore[misc]


TABLES: Mapping[str, tuple[set[str], Mapping[str, str]]] = {
    "Mediators": (set(MEDIATORS), NOT_SUPPORTED),
    "Artifacts": ({*KINDS, *IGNORED_ARTIFACTS} - {"description"}, NOT_SUPPORTED_ARTIFACTS),
}


@pytest.mark.parametrize("heading", TABLES)
def test_every_element_has_one_row(heading: str) -> None:
    supported, not_supported = TABLES[heading]
    names = [name for name, _, _ in rows(heading)]
    assert sorted(names) == sorted({*supported, *not_supported})


@pytest.mark.parametrize("heading", TABLES)
def test_the_rows_of_what_is_supported_say_so(heading: str) -> None:
    assert {name for name, yes, _ in rows(heading) if yes == "yes"} == TABLES[heading][0]


@pytest.mark.parametrize("heading", TABLES)
def test_the_others_give_the_reason_that_a_deployment_gets(heading: str) -> None:
    told = {name: text for name, yes, text in rows(heading) if yes == "no"}
    assert told == TABLES[heading][1]


@pytest.mark.parametrize("heading", TABLES)
def test_rows_come_in_the_order_of_the_alphabet(heading: str) -> None:
    names = [name.lower() for name, _, _ in rows(heading)]
    assert names == sorted(names)
