"""How endpoints are doing, and that it is not forgotten when the configuration is renewed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from weakref import WeakValueDictionary

from apns_connector.mediation.endpoints.suspension import ACTIVE, Condition


class Health:
    """The condition of one endpoint. It is the same object in all configurations that have the
    endpoint, so that requests in progress in an older one count as well."""

    __slots__ = ("__weakref__", "condition")

    def __init__(self) -> None:
        self.condition: Condition = ACTIVE


# Takes the file and the definition of an endpoint.
HealthOf = Callable[[str, str], Health]


def unrecorded(file: str, definition: str) -> Health:
    """For a configuration that follows no other."""
    return Health()


class HealthRecord:
    """The health of all endpoints, over the configurations that come one after the other. What no
    configuration has any more is forgotten."""

    def __init__(self) -> None:
        self._kept: WeakValueDictionary[tuple[str, str, int], Health] = WeakValueDictionary()

    def begin(self) -> HealthOf:
        """For the next configuration. Of endpoints with the same definition in one file, the first
        is the one that was the first before, and so on."""
        seen: Counter[tuple[str, str]] = Counter()

        def health_of(file: str, definition: str) -> Health:
            number = seen[file, definition]
            seen[file, definition] += 1
            return self._kept.setdefault((file, definition, number), Health())

        return health_of
