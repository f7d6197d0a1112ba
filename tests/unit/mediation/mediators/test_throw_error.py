"""<throwError>"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment

Mediate = Callable[..., Any]


@pytest.mark.parametrize(
    ("attributes", "code", "text"),
    [
        ("type='T' errorMessage='static'", "T", "static"),
        ("errorMessage='{$ctx:x}'", "ANY", "dynamic"),
        ("type='' errorMessage='{$ctx:none}'", "ANY", ""),
    ],
)
def test_type_and_text_become_the_error_over_an_old_one(
    mediate: Mediate, attributes: str, code: str, text: str
) -> None:
    ran = mediate(
        f"<sequence name='guarded' onError='handler'><throwError {attributes}/></sequence>",
        definitions="<sequence name='handler'/>",
        properties={"x": "dynamic", "ERROR_CODE": "stale"},
    )
    assert ran.properties["ERROR_CODE"] == code
    assert ran.properties["ERROR_MESSAGE"] == text
    assert ran.result is False


def test_a_text_is_needed(mediate: Mediate) -> None:
    with pytest.raises(InvalidDeployment, match="'errorMessage'"):
        mediate("<throwError type='T'/>")
