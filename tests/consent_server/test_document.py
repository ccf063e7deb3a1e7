"""A document is sent in the encoding that the client takes, under a name of its own."""

import gzip
import sys

import brotli
import pytest

from consent_server.document import Document, matches

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

BODY = b"kapsel " * 1000
DOCUMENT = Document.of(BODY, media_type="text/javascript")


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("", ""),
        ("identity", ""),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1.0, br;q=0.5", "br"),
        ("br;q=0, gzip", "gzip"),
        ("gzip, zstd", "zstd"),
        ("br;q=0, *", "zstd"),
        ("zstd;q=0, gzip", "gzip"),
        ("*", "br"),
        ("br;q=much", ""),
    ],
)
def test_the_smallest_encoding_that_the_client_takes_is_sent(accepted, encoding):
    assert DOCUMENT.encoding(accepted) == encoding


def test_every_encoding_holds_the_same_body():
    assert brotli.decompress(DOCUMENT.bodies["br"]) == BODY
    assert zstd.decompress(DOCUMENT.bodies["zstd"]) == BODY
    assert gzip.decompress(DOCUMENT.bodies["gzip"]) == BODY
    assert DOCUMENT.bodies[""] == BODY


def test_a_validator_names_body_and_encoding():
    again = Document.of(BODY, media_type="text/javascript")
    other = Document.of(BODY + b".", media_type="text/javascript")

    assert again.etag("br") == DOCUMENT.etag("br")
    assert len({DOCUMENT.etag(encoding) for encoding in ("br", "zstd", "gzip", "")}) == 4
    assert other.etag("br") != DOCUMENT.etag("br")


def test_a_client_that_has_it_says_so_in_several_ways():
    assert matches('"a"', '"a"')
    assert matches('"b", W/"a"', '"a"')
    assert matches("*", '"a"')
    assert not matches('"b"', '"a"')
    assert not matches("", '"a"')
