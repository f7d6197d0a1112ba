"""Tables, as text for a terminal or as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """The first column is words, the others are numbers."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    def as_text(self) -> str:
        columns = list(zip(self.head, *self.rows, strict=True))
        widths = [max(map(len, column)) for column in columns]
        lines = [_aligned(row, widths) for row in (self.head, *self.rows)]
        return "\n".join([self.title, "-" * len(lines[0]), *lines])

    def as_markdown(self) -> str:
        rule = ["---", *["---:"] * (len(self.head) - 1)]
        lines = [f"| {' | '.join(row)} |" for row in (self.head, rule, *self.rows)]
        return "\n".join([f"### {self.title}", "", *lines])


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = row
    cells = [first.ljust(widths[0])]
    cells += [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
    return "  ".join(cells)


def megabytes(number: float | None) -> str:
    return "-" if number is None else f"{number:.0f}"


def verdict(reached: bool) -> str:
    return "yes" if reached else "NO"
