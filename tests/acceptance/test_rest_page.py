"""The examples of docs/rest.md, run by a shell as their reader would, against the sample."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from apns_connector.rest.options import RestOptions

PAGE = (Path(__file__).parents[2] / "docs/rest.md").read_text()
EXAMPLES = re.findall(r"^```sh\n(.*?)^```\n\n^```json\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
SETTINGS = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def port(serve: Callable[..., Any]) -> int:
    return int(serve("rest-notifications").port)


def test_every_example_has_its_output_on_the_page() -> None:
    assert len(EXAMPLES) == PAGE.count("```sh\n") > 5


@pytest.mark.parametrize(("command", "output"), EXAMPLES)
def test_an_example_prints_what_the_page_says(port: int, command: str, output: str) -> None:
    done = subprocess.run(
        ["sh", "-c", command.replace("127.0.0.1:8280", f"127.0.0.1:{port}")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == json.loads(output)


def test_the_settings_on_the_page_are_all_there_are() -> None:
    (settings,) = (yaml.safe_load(text)["rest"] for text in SETTINGS)
    settings["api_keys"]["billing"]["sha256"] = "0" * 64  # shortened on the page
    read = msgspec.convert(settings, RestOptions)
    assert read.destination == "production"
    assert set(settings) == set(RestOptions.__struct_fields__)
