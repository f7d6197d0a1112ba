"""<propertyGroup>"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment


def test_the_properties_are_set_in_order(mediate: Callable[..., Any]) -> None:
    ran = mediate(
        "<propertyGroup><description>x</description><property name='a' value='1'/>"
        "<property name='b' expression='$ctx:a'/></propertyGroup>"
    )
    assert ran.properties == {"a": "1", "b": "1"}


def test_nothing_else_belongs_into_it(mediate: Callable[..., Any]) -> None:
    with pytest.raises(InvalidDeployment, match="holds only <property>"):
        mediate("<propertyGroup><drop/></propertyGroup>")
