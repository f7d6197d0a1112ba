"""Arguments that no parameter takes, and mandatory parameters that nothing is given for.

Synapse says nothing of the first: what a template does not declare is never evaluated, and
``<devicetoken>`` leaves deviceToken empty.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches

from apns_connector.errors import ConfigurationError, RegistryError
from apns_connector.inspection.elements import Placed, calls, elements
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.deployment.finding import Finding
from apns_connector.mediation.template import Template

# Every connector of newer Micro Integrators takes these; tools write them into each call.
_OF_ALL_CONNECTORS = frozenset({"name", "connectionType", "responseVariable", "overwriteBody"})


def inspect_parameters(configuration: Configuration) -> Iterator[Finding]:
    for call in calls(configuration):
        given = [(child, child.name) for child in call.placed.children()]
        given = [(child, name) for child, name in given if name not in _OF_ALL_CONNECTORS]
        yield from _compare(call.placed, call.template, given)
    for placed in elements(configuration):
        target = placed.element.get("target")
        if placed.name != "call-template" or target is None:
            continue
        template = _found(target, configuration)
        if template is not None:
            given = [(child, child.element.get("name", "")) for child in placed.children()]
            yield from _compare(placed, template, given)


def _found(target: str, configuration: Configuration) -> Template | None:
    try:
        return configuration.template(target)
    except (ConfigurationError, RegistryError):  # was told when the reference was followed
        return None


def _compare(
    call: Placed, template: Template, given: list[tuple[Placed, str]]
) -> Iterator[Finding]:
    declared = [parameter.name for parameter in template.parameters]
    counts = Counter(name for _, name in given)
    for child, name in given:
        if name not in declared:
            yield child.error(
                f"'{name}' is no parameter of <{call.name}>: {_advice(name, declared)}"
            )
        elif counts[name] > 1:
            yield child.warning(f"'{name}' is given {counts[name]} times: the last one counts")
    for parameter in template.parameters:
        if parameter.mandatory and parameter.default is None and not counts[parameter.name]:
            yield call.error(f"<{call.name}> needs the parameter '{parameter.name}'")


def _advice(name: str, declared: list[str]) -> str:
    lower = {known.lower(): known for known in declared}
    close = get_close_matches(name.lower(), lower, n=1)
    if close:
        return f"'{lower[close[0]]}' is meant, perhaps"
    return f"it takes {', '.join(declared) or 'none'}"
