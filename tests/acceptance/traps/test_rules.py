"""The rules of Synapse that a re-implementation most easily gets wrong, and that each is tested.

The tests beside this file are named after the rules: ``test_01_…`` is one of rule 1. Where versions
differ they hold to WSO2 Micro Integrator 4; where this product differs on purpose they say why.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

RULES = {
    1: "A property that is set to null keeps its value, which may be that of an earlier dispatch",
    2: "What is not found is the empty text among nodes, and null among properties",
    3: "A node that is not found makes a parameter absent; up to EI 6.1 it was the empty text",
    4: "Braces make an expression only with nothing around them; other text is never trimmed",
    5: "An empty element is an absent parameter",
    6: "init has ended before arguments are evaluated, and those see the parameters of the caller",
    7: "Parameters stay in force when their template fails or says that the flow ends",
    8: "An import claims every name that begins with its own, whether there is a template or not",
    9: "Names that count stand inside the files of a connector; files and folders may have any",
    10: "An element as text is its direct text alone, or its XML when that is blank",
    11: "Numbers print with a point",
    12: "What is not set is neither equal to anything nor different from it",
    13: "The first no ends the flow of all lists around it; so does a failure, for good",
    14: "send ends the flow, since ESB 5.0",
    15: "A flow that ends without an answer is answered with 202 and nothing in it",
    16: "A failure is told only where no earlier one is told already",
    17: "The code that an expression gives a fault is a name in the namespace of SOAP",
    18: "else needs then; the patterns of filter and switch match the whole text",
    19: "An endpoint that names no initialDuration rests for 30 seconds after any failure",
    20: "A processor that forwards stops when nobody takes a response, or after four failures",
}
TEST = re.compile(r"^def test_(\d\d)_", re.MULTILINE)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule:02}")
def test_a_rule_has_a_test_that_is_named_after_it(rule: int) -> None:
    files = Path(__file__).parent.glob("test_*.py")
    named = {int(number) for file in files for number in TEST.findall(file.read_text())}
    assert rule in named
    assert named <= set(RULES)
