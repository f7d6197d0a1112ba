"""Where the result of an operation goes: into the body, or into a variable (WSO2 MI 4.4).

As in the Micro Integrator (AbstractConnector.handleConnectorResponse) a variable has ``payload``,
``headers`` and ``attributes``, and no payload if that went into the body.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from apns_connector.mediation.message import Message


@dataclass(frozen=True, slots=True)
class Output:
    """``variable``: the name of one, ``responseVariable``. ``overwrite_body``: whether the body is
    replaced; not given, it is if there is no variable, as before there were any.
    """

    variable: str | None = None
    overwrite_body: bool | None = None

    @property
    def replaces_body(self) -> bool:
        return self.variable is None if self.overwrite_body is None else self.overwrite_body

    def put(
        self,
        message: Message,
        payload: Callable[[], Mapping[str, Any]],
        status: int | None,
        replace_xml: Callable[[], None],
    ) -> None:
        """Put what ``payload`` gives, which is JSON, where it belongs; ``replace_xml`` puts its XML
        into the body. The body of a message that is JSON stays JSON."""
        if self.variable is not None:
            message.variables[self.variable] = {
                "payload": None if self.replaces_body else payload(),
                "headers": {},
                "attributes": {} if status is None else {"statusCode": status},
            }
        if not self.replaces_body:
            return
        if message.has_json:
            message.replace_json(payload())
        else:
            replace_xml()


INTO_BODY: Final = Output()
