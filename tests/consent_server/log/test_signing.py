"""The signing key is kept as PKCS #8, which other tools write and read."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from consent_server.log.signing import signing_key
from scanner.errors import KapselError

WRITTEN = Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()


def test_a_key_is_made_once_and_only_we_can_read_it(tmp_path):
    made = signing_key(tmp_path / "key")

    assert bytes(signing_key(tmp_path / "key")) == bytes(made)
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def test_a_key_that_another_tool_made_signs_as_it_does_there(tmp_path):
    theirs = Ed25519PrivateKey.generate()
    (tmp_path / "key").write_bytes(theirs.private_bytes(*WRITTEN))

    ours = signing_key(tmp_path / "key")

    assert bytes(ours.verify_key) == theirs.public_key().public_bytes_raw()
    assert ours.sign(b"kapsel").signature == theirs.sign(b"kapsel")


def test_another_tool_reads_the_key_that_is_made(tmp_path):
    ours = signing_key(tmp_path / "key")

    theirs = load_pem_private_key((tmp_path / "key").read_bytes(), None)

    assert theirs.public_key().public_bytes_raw() == bytes(ours.verify_key)
    assert theirs.private_bytes(*WRITTEN) == (tmp_path / "key").read_bytes()


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (b"", "holds no signing key"),
        (b"a note", "holds no signing key"),
        (b"-----BEGIN PRIVATE KEY-----\nMC4!\n-----END PRIVATE KEY-----\n", "holds no signing key"),
        (b"-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n", "holds no signing key"),
        (X25519PrivateKey.generate().private_bytes(*WRITTEN), "another kind of key than Ed25519"),
    ],
    ids=["empty", "a text", "not base64", "nothing between", "another kind"],
)
def test_what_is_no_such_key_is_refused_and_stays(tmp_path, held, said):
    (tmp_path / "key").write_bytes(held)

    with pytest.raises(KapselError, match=said):
        signing_key(tmp_path / "key")

    assert (tmp_path / "key").read_bytes() == held
