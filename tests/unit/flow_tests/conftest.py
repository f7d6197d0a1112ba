"""A project with a unit test, as files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SYNAPSE = "http://ws.apache.org/ns/synapse"

SEQUENCE = f"""<sequence xmlns="{SYNAPSE}" name="Greet">
  <call><endpoint key="Names"/></call>
  <property name="greeting" expression="concat('Hello ', $ctx:name)"/>
</sequence>"""
ENDPOINT = f"""<endpoint xmlns="{SYNAPSE}" name="Names">
  <http method="get" uri-template="https://names.example/v1/names/{{uri.var.id}}"/>
</endpoint>"""
MOCK = """<mock-service>
  <service-name>Names</service-name>
  <port>9090</port>
  <context>/v1/names</context>
  <resources>
    <resource>
      <sub-context>/1</sub-context>
      <method>GET</method>
      <response><status-code>200</status-code><payload>{"name": "Ada"}</payload></response>
    </resource>
  </resources>
</mock-service>"""
CASE = """<test-case name="greets">
  <input><properties><property name="name" value="Ada"/></properties></input>
  <assertions><assertEquals>
    <actual>$ctx:greeting</actual><expected>Hello Ada</expected><message>No</message>
  </assertEquals></assertions>
</test-case>"""


def unit_test(
    artifact: str = "flows/Greet.xml",
    supportive: tuple[str, ...] = ("flows/Names.xml",),
    cases: str = CASE,
    mocks: str = "test/mocks/names.xml",
    more: str = "",
) -> str:
    others = "".join(f"<artifact>{one}</artifact>\n" for one in supportive)
    return f"""<unit-test>
  <artifacts>
    <test-artifact><artifact>{artifact}</artifact></test-artifact>
    <supportive-artifacts>{others}</supportive-artifacts>
    {more}
  </artifacts>
  <test-cases>{cases}</test-cases>
  <mock-services><mock-service>{mocks}</mock-service></mock-services>
</unit-test>"""


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., Path]:
    """``project(cases=…)``: the unit-test file, in a project that has what it names. ``files`` are
    more of them, or others; all other arguments are as for ``unit_test``."""

    def make(files: dict[str, str] | None = None, **changes: Any) -> Path:
        known = {"flows/Greet.xml": SEQUENCE, "flows/Names.xml": ENDPOINT,
                 "test/mocks/names.xml": MOCK, "test/greet.xml": unit_test(**changes)}  # fmt: skip
        for name, text in {**known, **(files or {})}.items():
            file = tmp_path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return tmp_path / "test/greet.xml"

    return make
