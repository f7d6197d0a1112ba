"""What fuzzing has kept: each input leads somewhere in the code that no smaller one does."""

from __future__ import annotations

import pytest

from tests.fuzz import frames, header_blocks

INPUTS = [
    pytest.param(target, data, id=f"{target.name} {name}")
    for target in (frames.TARGET, header_blocks.TARGET)
    for name, data in (*enumerate(target.start), *target.corpus().items())
]


@pytest.mark.parametrize(("target", "data"), INPUTS)
def test_every_promise_is_kept(target, data):
    target.run(data)


@pytest.mark.parametrize("target", [frames.TARGET, header_blocks.TARGET], ids=lambda it: it.name)
def test_there_is_a_corpus(target):
    assert target.corpus()
