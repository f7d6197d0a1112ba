"""Every exception that this package raises on purpose. This module imports nothing of ours.

::

    ConnectorError
    ├── ConfigurationError          a deployment, setting or option is wrong (file, line)
    │   └── InvalidDeployment       all such problems of one deployment, found in one reading
    ├── XmlError                    a document is refused: not well-formed, a DTD, too big, too deep
    ├── JsonError                   a text is no JSON, or too big; a value or XML has no JSON form
    ├── ContentError                a body is not what its content type says
    │   ├── ContentTooLarge         it, or a part of it, exceeds a limit
    │   ├── ContentNotSupported     a content type or charset that is not read
    │   └── VersionMismatch         an envelope of another SOAP version than its content type says
    ├── RegistryError               a registry path is unusable (not: absent; that is a value)
    ├── VaultError                  a secret cannot be read, written or decrypted
    ├── MediationError              a message cannot be mediated further (Synapse: SynapseException)
    │   └── EndpointError           a backend is suspended, unknown, or has not answered
    │       └── TransportError      the exchange with it failed: refused, too slow, broken off
    ├── FeedbackError               the file of unregistered device tokens cannot be used
    ├── SnapshotError               a kept message cannot be written down, or not be read again
    ├── StoreError                  a message store does not do what was asked
    │   ├── StoreFull               its limit, or its disk, leaves no room: nothing was kept
    │   └── StoreUnavailable        it cannot be reached: try again
    ├── SealError                   a kept record is sealed with another key, or damaged
    └── ApnsError                   something about Apple; carries the public APNS_ code
        ├── NotificationError       a field of a notification is missing or invalid
        ├── PayloadError            the payload is too long or cannot be encoded
        ├── CredentialsError        certificate or key absent, unreadable, not decryptable, expired
        ├── DestinationError        neither production nor sandbox nor a named one
        ├── ChannelRefused          Apple refuses to create, read, list or delete a channel
        └── NotAnswered             nobody answered
            ├── NotSent             Apple has certainly not processed the notification
            └── OutcomeUnknown      it was written; Apple may have processed it

Apple answering "no" to a notification or a broadcast is not in this tree: it is a
:class:`apns_connector.apns.Response`.
Anything else that escapes is a bug of ours.
"""

from __future__ import annotations

from collections.abc import Sequence


class ConnectorError(Exception):
    """Root of the tree."""


class ConfigurationError(ConnectorError):
    """What is wrong, where, and what to do about it.

    ``file`` and ``line`` (from 1) are ``None`` when the cause has no place in a file.
    """

    def __init__(self, problem: str, file: str | None = None, line: int | None = None) -> None:
        super().__init__(problem, file, line)
        self.problem = problem
        self.file = file
        self.line = line

    def __str__(self) -> str:
        if self.file is None:
            return self.problem
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.problem}"


class InvalidDeployment(ConfigurationError):  # noqa: N818 - it names a state, as its parts do
    """A deployment with one or more problems; ``problems`` holds them in file order."""

    def __init__(self, problems: Sequence[ConfigurationError]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class XmlError(ConnectorError):
    """A document that the XML door refuses; ``line`` (from 1) where the parser stopped."""

    def __init__(self, problem: str, line: int | None = None) -> None:
        super().__init__(problem, line)
        self.problem = problem
        self.line = line

    def __str__(self) -> str:
        return self.problem if self.line is None else f"line {self.line}: {self.problem}"


class JsonError(ConnectorError):
    """A text that is refused as JSON, or a value that has no form in JSON."""


class ContentError(ConnectorError):
    """Bytes that are not what their content type says; tells who sent them what is wrong."""


class ContentTooLarge(ContentError):  # noqa: N818 - a state, named as one
    """A body, or a part of it, exceeds a limit."""


class ContentNotSupported(ContentError):  # noqa: N818 - a state, named as one
    """A content type or charset that is not read here."""


class VersionMismatch(ContentError):  # noqa: N818 - SOAP's own word for it
    """An envelope of another SOAP version than the content type says."""


class RegistryError(ConnectorError):
    """A registry path that cannot be used, such as one that leads out of the registry."""


class VaultError(ConnectorError):
    """The secure vault cannot do what was asked; the message never holds a secret."""


class MediationError(ConnectorError):
    """A flow stops here and its fault sequence takes over.

    ``code`` and ``detail`` become ERROR_CODE and ERROR_DETAIL unless the message carries an
    ERROR_CODE already (Synapse: SynapseException, FaultHandler.handleFault).
    """

    def __init__(
        self, message: str, code: str | int | None = None, detail: str | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.detail = detail


class EndpointError(MediationError):
    """No backend has answered a message; ``code`` is the number that Synapse gives the cause.

    303000: no child of a group is ready. 303001: the endpoint is suspended. 305100: a key leads to
    no endpoint. 500000: the answer is a SOAP fault and the flow asked for none.
    """

    def __init__(self, message: str, code: int, detail: str | None = None) -> None:
        super().__init__(message, code, detail)
        self.code: int = code


class TransportError(EndpointError):
    """One exchange with a backend failed; ``code`` is one of Synapse's transport errors.

    101500 and 101501: sending, receiving failed. 101503: no connection. 101504: no answer in time.
    101505: the connection was closed. 101506: the answer is no HTTP. 101508: connecting took too
    long. 101510: the answer cannot be read.
    """


class FeedbackError(ConnectorError):
    """The file of unregistered device tokens cannot be read or written; says what is lost."""


class SnapshotError(ConnectorError):
    """A message that is to be kept cannot be written down, or a kept one not be read again."""


class StoreError(ConnectorError):
    """A message store does not do what was asked; ``store`` is its name in the configuration."""

    def __init__(self, store: str, problem: str) -> None:
        super().__init__(f"Message store '{store}': {problem}")
        self.store = store
        self.problem = problem


class StoreFull(StoreError):  # noqa: N818 - a state, named as one
    """No room: nothing of what was to be put is kept. ``retry_after``: seconds to wait before the
    next try."""

    def __init__(self, store: str, problem: str, retry_after: int = 30) -> None:
        super().__init__(store, problem)
        self.retry_after = retry_after


class StoreUnavailable(StoreError):  # noqa: N818 - a state, named as one
    """The store cannot be reached, or has failed; it may be there again later. ``retry_after``:
    seconds to wait before the next try."""

    def __init__(self, store: str, problem: str, retry_after: int = 5) -> None:
        super().__init__(store, problem)
        self.retry_after = retry_after


class SealError(ConnectorError):
    """The body of a record cannot be read: sealed with another key, damaged, or another record's.

    ``record_id``: whose it is.
    """

    def __init__(self, record_id: str, problem: str) -> None:
        super().__init__(f"Record {record_id} cannot be read: {problem}")
        self.record_id = record_id
        self.problem = problem


class ApnsError(ConnectorError):
    """Something about Apple; ``code`` is the public error code of the connector.

    ``notification``: the one whose outcome this is, where it is the outcome of one.
    """

    code = "APNS_000007"
    notification: object = None


class NotificationError(ApnsError):
    """A notification that would be refused; ``field`` names what to change."""

    code = "APNS_000001"

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(problem)
        self.field = field


class PayloadError(ApnsError):
    """A payload that APNs does not take; ``size`` and ``limit`` in bytes where they apply."""

    code = "APNS_000006"

    def __init__(self, problem: str, size: int | None = None, limit: int | None = None) -> None:
        super().__init__(problem)
        self.size = size
        self.limit = limit


class CredentialsError(ApnsError):
    """A certificate or key that cannot be used; the message never holds key or password."""

    code = "APNS_000002"


class DestinationError(ApnsError):
    """A destination that is not known; ``destination`` is the word that was given."""

    code = "APNS_000003"

    def __init__(self, destination: str, known: Sequence[str] = ("production", "sandbox")) -> None:
        super().__init__(
            f"Destination '{destination}' is not valid: it must be {' or '.join(known)}"
        )
        self.destination = destination


class ChannelRefused(ApnsError):  # noqa: N818 - an outcome, named as one
    """Apple refuses an operation on channels: its ``status``, and its ``reason`` verbatim.

    ``apns_id``: the id of the request, by which Apple can find it. ``code``: that of the reason.
    """

    def __init__(
        self, problem: str, status: int, reason: str, apns_id: str, code: str = ApnsError.code
    ) -> None:
        super().__init__(problem)
        self.status = status
        self.reason = reason
        self.apns_id = apns_id
        self.code = code


class NotAnswered(ApnsError):  # noqa: N818 - an outcome, named as one
    """Nobody answered; ``cause`` says in a sentence what happened to the connection.

    ``apns_id`` is the notification's id, the same for every attempt.
    """

    code = "APNS_000004"

    def __init__(self, cause: str, apns_id: str | None = None) -> None:
        super().__init__(cause)
        self.cause = cause
        self.apns_id = apns_id


class NotSent(NotAnswered):
    """Certainly not processed by Apple: sending it again cannot show it twice."""


class OutcomeUnknown(NotAnswered):
    """Written, and no word since: it may or may not have been delivered."""
