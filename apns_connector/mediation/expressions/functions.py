"""The XPath functions that Synapse adds: get-property, base64Encode, vault-lookup, …

Each takes the message and the arguments as XPath values and gives text, number, boolean, or
``None`` for null.
"""

from __future__ import annotations

import base64
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from apns_connector.errors import ConfigurationError, MediationError
from apns_connector.mediation.expressions.dates import DEFAULT_PATTERN, format_date
from apns_connector.mediation.expressions.result import xpath_string
from apns_connector.mediation.expressions.variables import DefaultProperty, Getter, resolved
from apns_connector.mediation.message import Message
from apns_connector.mediation.properties import READABLE_SCOPES

Function = Callable[..., Any]


def get_property(message: Message, *arguments: Any) -> Any:
    """``get-property([SCOPE,] NAME [, DATEFORMAT])`` (Synapse: GetPropertyFunction)."""
    return property_getter(*(xpath_string(argument) for argument in arguments))(message)


def property_getter(*texts: str) -> Getter:
    """How to read what get-property with these arguments means; decided once for literal ones.

    Raises MediationError for more than three arguments.
    """
    if len(texts) > 3:
        raise MediationError(f"get-property takes at most three arguments, not {len(texts)}")
    scope, rest = "default", texts
    if len(texts) > 1 and texts[0] in READABLE_SCOPES:
        scope, rest = texts[0], texts[1:]
    if not rest or not rest[0]:
        return lambda message: ""
    name, pattern = rest[0], rest[1] if len(rest) > 1 else DEFAULT_PATTERN
    if name == "SYSTEM_DATE":
        return lambda message: format_date(datetime.now().astimezone(), pattern)
    if name == "SYSTEM_TIME":
        return lambda message: str(int(time.time() * 1000))
    if scope == "default":
        return _SPECIAL.get(name) or PropertyOrEntry(name)
    if scope == "file":
        return lambda message: _in_file(name, message)
    return lambda message: resolved(message.properties.get(name, scope), message)


class PropertyOrEntry(DefaultProperty):
    """What ``get-property('name')`` reads: where there is no such property, an entry."""

    __slots__ = ()

    def __call__(self, message: Message) -> Any:
        value = message.properties.default.get(self.name)
        if value is not None:
            return value
        configuration = message.configuration
        if configuration.compatibility.registry_properties:
            return configuration.entry(self.name)
        return configuration.local_entry(self.name)


def _in_file(name: str, message: Message) -> str | None:
    """A line of file.properties."""
    try:
        return message.configuration.language.resolve(f"$FILE:{name}")
    except ConfigurationError:
        return None


def _is_fault(message: Message) -> str:
    marked = message.properties.get("FAULT_MESSAGE", "axis2")
    return "true" if message.is_fault or str(marked).lower() == "true" else ""


def _format(message: Message) -> str:
    return "pox" if message.pox else message.soap_version.name.lower()


_SPECIAL: dict[str, Callable[[Message], str]] = {
    "To": lambda message: message.to or "",
    "From": lambda message: message.from_ or "",
    "ReplyTo": lambda message: message.reply_to or "",
    "FaultTo": lambda message: message.fault_to or "",
    "Action": lambda message: message.action or "",
    "MessageID": lambda message: message.message_id,
    "RelatesTo": lambda message: message.relates_to or "",
    "OperationName": lambda message: "mediate",  # the one operation of every proxy
    "OperationNamespace": lambda message: "",
    "FAULT": _is_fault,
    "MESSAGE_FORMAT": _format,
}


def base64_encode(message: Message, text: Any, charset: Any = "UTF-8") -> str:
    """``base64Encode(TEXT [, CHARSET])``"""
    plain = xpath_string(text)
    encoded = base64.b64encode(_encoded(plain, xpath_string(charset))).decode()
    return _kept_secret(message, plain, encoded)


def base64_decode(_: Message, text: Any, charset: Any = "UTF-8") -> str:
    """``base64Decode(TEXT [, CHARSET])``"""
    try:
        return base64.b64decode(xpath_string(text)).decode(xpath_string(charset))
    except (ValueError, LookupError) as error:
        raise MediationError(f"base64Decode cannot decode its argument: {error}") from error


def url_encode(message: Message, text: Any, charset: Any = "UTF-8") -> str:
    """``url-encode(TEXT [, CHARSET])`` as java.net.URLEncoder does: a space becomes ``+``."""
    plain = xpath_string(text)
    quoted = quote(_encoded(plain, xpath_string(charset)), safe=" *-._")
    encoded = quoted.replace("~", "%7E").replace(" ", "+")
    return _kept_secret(message, plain, encoded)


def hmac_generate(_: Message, text: Any, secret: Any, algorithm: Any = "HmacSHA1") -> str:
    """``hmac-generate(TEXT, SECRET [, ALGORITHM])``: lower-case hex, by Java's names."""
    name = xpath_string(algorithm)
    digest = _HMACS.get(name.lower())
    if digest is None:
        raise MediationError(f"hmac-generate knows {', '.join(_HMACS)}, not '{name[:40]}'")
    key, content = xpath_string(secret).encode(), xpath_string(text).encode()
    return hmac.new(key, content, digest).hexdigest()


_HMACS = {
    "hmacmd5": "md5",
    "hmacsha1": "sha1",
    "hmacsha224": "sha224",
    "hmacsha256": "sha256",
    "hmacsha384": "sha384",
    "hmacsha512": "sha512",
}


def _kept_secret(message: Message, plain: str, encoded: str) -> str:
    """``encoded``. A text with a secret in it is one in another encoding as well."""
    if any(secret in plain for secret in message.secrets):
        message.secrets.add(encoded)
    return encoded


def _encoded(text: str, charset: str) -> bytes:
    try:
        return text.encode(charset)
    except (ValueError, LookupError) as error:
        raise MediationError(f"Text cannot be encoded as '{charset}'") from error


def vault_lookup(message: Message, *arguments: Any) -> str:
    """``wso2:vault-lookup('ALIAS')``: a secret of the deployment's vault.

    The Micro Integrator gives the alias itself for an alias it does not know, which then travels
    as the password; here that is a MediationError that names the alias.
    """
    if len(arguments) != 1:
        raise MediationError("vault-lookup takes one argument here: the alias of a secret")
    alias = arguments[0] if type(arguments[0]) is str else xpath_string(arguments[0])
    vault = message.configuration.vault
    if vault is None:
        raise MediationError(f"Secret '{alias}' is wanted, but this deployment has no vault")
    secret = vault.lookup(alias)
    message.secrets.add(secret)
    return secret


@dataclass(frozen=True, slots=True)
class VaultLookup:
    """``vault-lookup`` of an alias that is written out."""

    alias: str

    def __call__(self, message: Message) -> str:
        return vault_lookup(message, self.alias)


# By local name: Synapse accepts any prefix, and none. The prefix of the vault is looked at as text.
FUNCTIONS: dict[str, Function] = {
    "get-property": get_property,
    "base64Encode": base64_encode,
    "base64Decode": base64_decode,
    "url-encode": url_encode,
    "hmac-generate": hmac_generate,
    # Extensions that Jaxen has beside XPath 1.0.
    "lower-case": lambda _, text: xpath_string(text).lower(),
    "upper-case": lambda _, text: xpath_string(text).upper(),
    "ends-with": lambda _, text, end: xpath_string(text).endswith(xpath_string(end)),
    "wso2:vault-lookup": vault_lookup,
}

NOT_SUPPORTED = frozenset({"encrypt", "decrypt", "hashicorp:vault-lookup"})
