"""Where the WSO2 ESB 4.9 and the Micro Integrator 4 do not do the same, and old flows may notice.

The settings name a version; everything else asks for one of the differences by its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Compatibility:
    """How an older version does it, where a difference is ``True``.

    ``send_goes_on``: what follows ``<send>`` runs as well (until ESB 5.0).
    ``text_parameters``: parameters of templates and operations are texts, the empty one when
    nothing is found (until EI 6.2).
    ``direct_text``: elements give their direct text, not trimmed, also when they are several (until
    EI 6.4).
    ``registry_properties``: get-property looks for what is not set in the registry, too (until
    ESB 5.0).
    ``inline_properties``: ``$ctx:name`` in the format of ``<payloadFactory>`` is a property, and
    ``${…}`` is text (until EI 6.1).
    ``any_fault_code``: ``<code value>`` may be in any namespace (until 2019).
    ``query_counts``: a ``uri-template`` has to match the query as well (until ESB 5.0).
    ``forgets_forwarded``: a forwarding processor forgets a message before it looks for who takes
    the reply, and one that names no endpoint; every status that is not 4xx, 5xx or 301 is a
    success (ESB 4.9).
    """

    send_goes_on: bool = False
    text_parameters: bool = False
    direct_text: bool = False
    registry_properties: bool = False
    inline_properties: bool = False
    any_fault_code: bool = False
    query_counts: bool = False
    forgets_forwarded: bool = False


MI_4: Final = Compatibility()
ESB_4_9: Final = Compatibility(
    send_goes_on=True,
    text_parameters=True,
    direct_text=True,
    registry_properties=True,
    inline_properties=True,
    any_fault_code=True,
    query_counts=True,
    forgets_forwarded=True,
)
# By the names that gateway.yaml has for them.
VERSIONS: Final[Mapping[str, Compatibility]] = MappingProxyType({"mi-4": MI_4, "esb-4.9": ESB_4_9})
