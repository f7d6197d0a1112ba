"""Real files, rewritten in all the ways in which files are, and real processes with one key."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from apns_connector.apns.credentials_file import CertificateFile, SigningKeyFile
from apns_connector.errors import CredentialsError, VaultError
from apns_connector.simulator import Authority

PASSWORD = "sesame-4711"
APP = "com.example.app"


class Clock:
    """Seconds since 1970; stands still until it is moved."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(scope="module")
def authority():
    return Authority.create()


@pytest.fixture(scope="module")
def push_file(authority):
    """Makes the content of a .p12 file, with a new certificate each time."""

    def make(topic=APP, password=PASSWORD, **options):
        return authority.push_certificate(topic, **options).to_pkcs12(password)

    return make


@pytest.fixture
def path(tmp_path, push_file):
    path = tmp_path / "push.p12"
    path.write_bytes(push_file())
    return path


@pytest.fixture
def later(clock):
    """What a file says at its next look."""

    def ask(file, seconds=5.0):
        clock.now += seconds
        return file.current()

    return ask


@pytest.fixture(autouse=True)
def log(caplog):
    caplog.set_level(logging.INFO, "apns_connector.apns.credentials_file")
    return caplog


def warnings(log):
    return [record.getMessage() for record in log.records if record.levelname == "WARNING"]


def infos(log):
    return [record.getMessage() for record in log.records if record.levelname == "INFO"]


def put(path, content):
    """As careful programs write: another file takes the place of the old one."""
    passing = path.with_suffix(".new")
    passing.write_bytes(content)
    passing.replace(path)


@contextmanager
def as_nobody():
    """Root may read everything; for a test of permissions this process gives that up."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65_534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.fixture
def public_folder():
    """A folder that anybody may enter; pytest's own are for their owner."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


# A file that changes


def test_a_file_that_stays_as_it_is_gives_the_same_object(path, clock, later):
    file = CertificateFile(path, PASSWORD, clock=clock)
    first = file.current()
    assert first.topics == (APP,)
    assert later(file) is first
    assert later(file, 86_400) is first


def test_a_file_that_was_replaced_is_taken_up_at_the_next_look(path, clock, later, push_file, log):
    file = CertificateFile(path, PASSWORD, clock=clock)
    first = file.current()
    put(path, push_file("com.example.renewed"))
    assert later(file, 4.9) is first
    renewed = later(file, 0.2)
    assert renewed.topic == "com.example.renewed"
    assert later(file) is renewed
    assert infos(log) == [f"Took up {path}: {renewed!r}"]


def test_a_file_that_was_written_in_place_is_taken_up(path, clock, later, push_file):
    file = CertificateFile(path, PASSWORD, clock=clock)
    path.write_bytes(push_file("com.example.renewed"))
    assert later(file).topic == "com.example.renewed"


def test_a_link_that_points_elsewhere_is_taken_up(tmp_path, clock, later, push_file):
    """As Kubernetes renews a mounted secret."""
    for name in ("..1", "..2"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "push.p12").write_bytes(push_file(f"com.example{name}"))
    (tmp_path / "..data").symlink_to("..1")
    file = CertificateFile(tmp_path / "..data" / "push.p12", PASSWORD, clock=clock)
    (tmp_path / "new").symlink_to("..2")
    (tmp_path / "new").replace(tmp_path / "..data")
    assert later(file).topic == "com.example..2"


def test_a_change_that_keeps_size_and_modification_time_is_seen(tmp_path, clock, later):
    path = tmp_path / "AuthKey.p8"
    path.write_bytes(new_p8())
    file = SigningKeyFile(path, "ABC123DEFG", "DEF123GHIJ", clock=clock)
    first, before = file.current(), path.stat()
    path.write_bytes(new_p8())
    while path.stat().st_ctime_ns == before.st_ctime_ns:  # the file system's clock ticks slowly
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat()[:7] == before[:7]
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert later(file) is not first


def test_the_same_certificate_written_again_is_the_same_object(path, clock, later, log):
    file = CertificateFile(path, PASSWORD, clock=clock)
    first = file.current()
    put(path, path.read_bytes())
    os.utime(path)
    assert later(file) is first
    assert log.records == []


def test_the_same_certificate_under_another_password_is_the_same_object(
    path, clock, later, authority
):
    identity = authority.push_certificate(APP)
    passwords = iter(["one", "two"])
    put(path, identity.to_pkcs12("one"))
    file = CertificateFile(path, lambda: next(passwords), clock=clock)
    first = file.current()
    put(path, identity.to_pkcs12("two"))
    assert later(file) is first
    assert later(file) is first  # and is not read again: there is no third password


def test_a_signing_key_that_was_replaced_is_taken_up(tmp_path, clock, later):
    path = tmp_path / "AuthKey.p8"
    path.write_bytes(new_p8())
    file = SigningKeyFile(path, "ABC123DEFG", "DEF123GHIJ", clock=clock)
    first = file.current()
    os.utime(path)
    assert later(file) is first
    put(path, new_p8())
    second = later(file)
    assert second.fingerprint != first.fingerprint
    assert (second.key_id, second.team_id) == ("ABC123DEFG", "DEF123GHIJ")
    put(path, b"-----BEGIN PRIVATE KEY-----\n")
    assert later(file) is second


def new_p8():
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


# A file that is not in order


def test_a_half_written_file_changes_nothing_until_it_is_whole(path, clock, later, push_file, log):
    file = CertificateFile(path, PASSWORD, clock=clock)
    first = file.current()
    content = push_file("com.example.renewed")
    with path.open("wb") as writing:
        for end in (0, 1, len(content) // 2, len(content) - 1):
            writing.write(content[writing.tell() : end])
            writing.flush()
            assert later(file) is first
        assert len(warnings(log)) == 4
        writing.write(content[-1:])
    assert later(file).topic == "com.example.renewed"


def test_what_is_wrong_is_told_once_for_each_content(path, clock, later, push_file, log):
    file = CertificateFile(path, PASSWORD, clock=clock)
    first = file.current()
    for _ in range(2):
        put(path, push_file(password="another-password"))
        for _ in range(10):
            assert later(file) is first
    assert warnings(log) == 2 * [
        f"Cannot decrypt the PKCS#12 file in {path}: the password is wrong, or the file is "
        f"damaged. What it held before, {first!r}, stays in use"
    ]


def test_a_file_that_is_in_order_again_is_told_too(path, clock, later, log):
    file = CertificateFile(path, PASSWORD, clock=clock)
    content = path.read_bytes()
    path.unlink()
    first = later(file)
    path.write_bytes(content)
    assert later(file) is first
    assert later(file) is first
    assert infos(log) == [f"{path} is in order again"]


def test_a_file_that_is_gone_changes_nothing_until_it_is_back(path, clock, later, push_file, log):
    file = CertificateFile(path, PASSWORD, clock=clock)
    first = file.current()
    path.unlink()
    for _ in range(10):
        assert later(file) is first
    assert warnings(log) == [
        f"{path} cannot be read (No such file or directory); check the path and its permissions. "
        f"What it held before, {first!r}, stays in use"
    ]
    path.write_bytes(push_file("com.example.renewed"))
    assert later(file).topic == "com.example.renewed"


def test_a_file_that_may_no_longer_be_read_is_told_before_the_next_start_fails(
    public_folder, clock, later, push_file, log
):
    path = public_folder / "push.p12"
    path.write_bytes(push_file())
    path.chmod(0o644)
    with as_nobody():
        file = CertificateFile(path, PASSWORD, clock=clock)
    first = file.current()
    path.chmod(0o000)
    for _ in range(3):
        with as_nobody():
            assert later(file) is first
    (warning,) = warnings(log)
    assert warning.startswith(f"{path} cannot be read (Permission denied); check the path and its")
    put(path, push_file("com.example.renewed"))
    path.chmod(0o644)
    with as_nobody():
        assert later(file).topic == "com.example.renewed"


def test_a_pipe_in_place_of_the_file_blocks_nobody(path, clock, later, log):
    file = CertificateFile(path, PASSWORD, clock=clock)
    first = file.current()
    path.unlink()
    os.mkfifo(path)
    assert later(file) is first
    assert f"{path} is not a file" in warnings(log)[0]


def test_a_new_password_for_the_file_that_was_refused_is_tried(path, clock, later, push_file, log):
    password = [PASSWORD]
    file = CertificateFile(path, lambda: password[0], clock=clock)
    put(path, push_file("com.example.renewed", password="the new one"))
    assert later(file).topic == APP
    password[0] = "the new one"
    assert later(file).topic == "com.example.renewed"


def test_a_password_that_cannot_be_had_changes_nothing(path, clock, later, push_file, log):
    answers = [PASSWORD]

    def password():
        if not answers:
            raise VaultError("the vault is sealed")
        return answers.pop()

    file = CertificateFile(path, password, clock=clock)
    put(path, push_file("com.example.renewed"))
    assert later(file).topic == APP
    assert warnings(log)[0].startswith(f"There is no password for {path}: the vault is sealed. ")
    answers.append(PASSWORD)
    assert later(file).topic == "com.example.renewed"


def test_an_expired_certificate_does_not_replace_one_that_is_valid(
    path, clock, later, push_file, log
):
    file = CertificateFile(path, PASSWORD, clock=clock)
    first = file.current()
    put(path, push_file(days=-3))
    assert later(file) is first
    assert f"The certificate in {path} expired on " in warnings(log)[0]


def test_a_certificate_that_is_not_valid_yet_is_taken_up_when_its_time_comes(
    path, clock, later, push_file, log
):
    clock.now -= timedelta(days=2).total_seconds()
    path.write_bytes(push_file(days=-1))
    file = CertificateFile(path, PASSWORD, clock=clock)
    first = file.current()
    put(path, push_file("com.example.renewed"))
    assert later(file) is first
    assert later(file) is first
    (warning,) = warnings(log)
    assert f"The certificate in {path} is not valid before " in warning
    assert later(file, timedelta(days=2).total_seconds()).topic == "com.example.renewed"


# No credentials to begin with


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "cannot be read (No such file or directory); check the path and its permissions"),
        (b"", "it is not a PKCS#12 file"),
        (b"-----BEGIN CERTIFICATE-----", "export certificate and private key as .p12"),
        (bytes(2_000_000), "is too long to be credentials; name another file"),
    ],
)
def test_without_a_certificate_there_is_no_beginning(tmp_path, content, why):
    path = tmp_path / "push.p12"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CredentialsError) as refused:
        CertificateFile(path, PASSWORD)
    assert str(path) in str(refused.value)
    assert why in str(refused.value)


def test_a_folder_is_no_file_of_credentials(tmp_path):
    with pytest.raises(CredentialsError, match="is not a file; name the file with the credentials"):
        SigningKeyFile(tmp_path, "ABC123DEFG", "DEF123GHIJ")


def test_an_expired_certificate_is_no_beginning(path, push_file):
    path.write_bytes(push_file(days=-3))
    with pytest.raises(CredentialsError, match=r"push\.p12 expired on .*; renew it"):
        CertificateFile(path, PASSWORD)


def test_a_signing_key_that_is_none_is_told_with_its_path(tmp_path):
    path = tmp_path / "AuthKey.p8"
    path.write_text("garbage")
    with pytest.raises(CredentialsError) as refused:
        SigningKeyFile(path, "ABC123DEFG", "DEF123GHIJ")
    assert str(refused.value).startswith(f"{path} is not a .p8 file as Apple hands it out")


# Secrets


def test_no_secret_is_shown_or_logged(path, clock, later, push_file, log):
    file = CertificateFile(path, PASSWORD, clock=clock)
    assert repr(file) == f"CertificateFile({str(path)!r})"
    put(path, push_file(password="another-password"))
    later(file)
    put(path, push_file("com.example.renewed"))
    later(file)
    assert len(log.records) == 2
    for shown in (repr(file), str(vars(file)), log.text):
        assert PASSWORD not in shown


def test_a_refusal_at_the_beginning_holds_no_password_in_its_frames(path):
    with pytest.raises(CredentialsError) as refused:
        CertificateFile(path, "wrong-secret")
    assert refused.value.__cause__ is None
    assert "wrong-secret" not in repr(refused.value)


def test_a_signing_key_file_shows_whose_key_it_is(tmp_path):
    path = tmp_path / "AuthKey.p8"
    path.write_bytes(new_p8())
    assert repr(SigningKeyFile(path, "ABC123DEFG", "DEF123GHIJ")) == (
        f"SigningKeyFile({str(path)!r}, key_id='ABC123DEFG', team_id='DEF123GHIJ')"
    )


# Several processes, one key

TOKEN_OF_ANOTHER_PROCESS = """
import sys
from apns_connector.apns.credentials_file import SigningKeyFile

key = SigningKeyFile(sys.argv[1], "ABC123DEFG", "DEF123GHIJ").current()
print("ready", flush=True)
sys.stdin.readline()
print(key.provider_token(float(sys.argv[2])))
"""


def test_two_processes_make_the_same_provider_token_at_the_same_time(tmp_path):
    path = tmp_path / "AuthKey.p8"
    path.write_bytes(new_p8())
    now = time.time()
    processes = [start(TOKEN_OF_ANOTHER_PROCESS, path, now) for _ in range(2)]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    tokens = {process.communicate("go\n", timeout=30)[0] for process in processes}
    key = SigningKeyFile(path, "ABC123DEFG", "DEF123GHIJ").current()
    assert tokens == {key.provider_token(now) + "\n"}


def start(program, *arguments):
    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
