"""Values that are kept outside of the configuration: ``$SYSTEM:``, ``$FILE:``, ``${configs.…}``.

The whole value has to be the marker (Synapse: ResolverFactory); an expression in a mediator may
name ``${configs.…}`` anywhere and is evaluated elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from apns_connector.errors import ConfigurationError

# Variables of the gateway itself, which hold the master key; no flow has any business with them.
OWN_VARIABLES = "APNS_CONNECTOR"
_MARKER = re.compile(r"\$(SYSTEM|FILE):(.+)|\$\{configs\.([^{}]+)\}")


class Resolvers:
    """``environment``: variables; ``file``: file.properties; ``configs``: config.properties."""

    def __init__(
        self, environment: Mapping[str, str], file: Mapping[str, str], configs: Mapping[str, str]
    ) -> None:
        allowed = {
            name: value for name, value in environment.items() if not name.startswith(OWN_VARIABLES)
        }
        self._sources = {"SYSTEM": allowed, "FILE": dict(file)}
        # A variable goes before the file, so that one archive serves in several places.
        self.configs: Mapping[str, str] = {**configs, **allowed}

    def resolve(self, text: str) -> str:
        """``text``, or the value that it stands for.

        Raises ConfigurationError, without a place, when there is none (Synapse: ResolverException).
        """
        match = _MARKER.fullmatch(text.strip())
        if match is None:
            if text.startswith("$CUSTOM_"):
                raise ConfigurationError(f"'{text}': custom resolvers are Java and not supported")
            return text
        source = self.configs if match[3] else self._sources[match[1]]
        name = match[3] or match[2]
        if name not in source:
            raise ConfigurationError(f"'{text}' has no value: {_places(match[1])} sets '{name}'")
        return source[name]


def _places(source: str | None) -> str:
    match source:
        case "SYSTEM":
            return "no environment variable"
        case "FILE":
            return "no line of file.properties"
    return "neither an environment variable nor config.properties"
