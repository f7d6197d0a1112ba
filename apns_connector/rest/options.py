"""What an operator sets about the REST API: the section ``rest`` of ``gateway.yaml``."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

Permission = Literal["send", "unregistered"]

_Name = Annotated[str, msgspec.Meta(min_length=1)]
_Sha256 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-fA-F]{64}$")]
_Count = Annotated[int, msgspec.Meta(ge=1)]
_Seconds = Annotated[float, msgspec.Meta(gt=0)]


class CertificateOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A .p12 file: ``path`` relative to the deployment, or ``registry``, such as
    ``gov:/apns/certificate.p12``. Its password is in the vault under ``password_alias``, or in the
    environment variable ``password_variable``."""

    path: _Name | None = None
    registry: _Name | None = None
    password_alias: _Name | None = None
    password_variable: _Name | None = None


class SigningKeyOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A .p8 file: ``path``, ``registry``, or the ``alias`` in the vault under which its text is."""

    key_id: _Name
    team_id: _Name
    path: _Name | None = None
    registry: _Name | None = None
    alias: _Name | None = None


class ApiKeyOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``sha256`` of the key in hexadecimal digits, or the ``alias`` of the key in the vault.

    ``may``: send notifications, read and clear the unregistered device tokens.
    """

    sha256: _Sha256 | None = None
    alias: _Name | None = None
    may: tuple[Permission, ...] = ("send", "unregistered")


class IdempotencyOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long answers are remembered for an Idempotency-Key, and how many, and in how many bytes
    at most."""

    seconds: _Seconds = 86_400.0
    answers: _Count = 10_000
    bytes: _Count = 64 * 1024 * 1024


class RestOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``destination``: production, sandbox, or a named one. ``topic``: the bundle id for
    notifications that name no topic. ``api_keys`` by the name that the log calls them."""

    api_keys: dict[_Name, ApiKeyOptions]
    certificate: CertificateOptions | None = None
    signing_key: SigningKeyOptions | None = None
    destination: _Name = "production"
    topic: _Name | None = None
    notifications: _Count = 10_000
    idempotency: IdempotencyOptions = IdempotencyOptions()
