"""The file: a first line that says who signed, and a second that holds everything signed."""

from base64 import b64decode, b64encode
from binascii import Error
from dataclasses import dataclass

from heroes.domain.bundles.encoding import encode

FORMAT = "heroes-results-bundle/1"
MOST_BYTES = 64 * 1024 * 1024
"""A million marks take about half of it."""
KEY_BYTES = 32
SIGNATURE_BYTES = 64
_LONGEST_HEAD = 400


class BadBundle(ValueError):
    """Not a results bundle that this program can read; the message says why, without a full stop."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """The parts of a file, as its bytes have them; whether the signature fits has not been asked yet."""

    key: bytes
    """The public Ed25519 key."""
    signature: bytes
    payload: bytes
    """The second line, without its line feed."""


def to_sign(payload: bytes) -> bytes:
    """What the signature is made over: the format and a line feed, so that it fits nothing else, and the payload."""
    return FORMAT.encode() + b"\n" + payload


def seal(envelope: Envelope) -> bytes:
    """The whole file: head and payload, each closed by one line feed."""
    head = {"format": FORMAT, "key": _text(envelope.key), "signature": _text(envelope.signature)}
    return encode(head) + b"\n" + envelope.payload + b"\n"


def split(data: bytes) -> Envelope:
    """The parts of a file. Raises `BadBundle` unless they give exactly these bytes when they are sealed again."""
    if len(data) > MOST_BYTES:
        raise BadBundle(f"it is longer than {MOST_BYTES // 1024 // 1024} MB")
    head, line_feed, _ = data[:_LONGEST_HEAD].partition(b"\n")
    start = b'{"format":"' + FORMAT.encode() + b'","key":"'
    if not line_feed or not head.startswith(start):
        if head.startswith(b'{"format":"heroes-results-bundle/'):
            raise BadBundle(f"it is of another format than {FORMAT}, which is all that this program reads")
        raise BadBundle("it is no results bundle of heroes")
    key, middle, signature = head.removeprefix(start).removesuffix(b'"}').partition(b'","signature":"')
    try:
        found = Envelope(
            b64decode(key, validate=True), b64decode(signature, validate=True), data[len(head) + 1 : -1]
        )
    except (Error, ValueError) as error:
        raise BadBundle("its first line has been altered") from error
    sizes = (len(found.key), len(found.signature))
    if not middle or sizes != (KEY_BYTES, SIGNATURE_BYTES) or seal(found) != data or b"\n" in found.payload:
        raise BadBundle("its lines are not as the bundle was written")
    return found


def _text(part: bytes) -> str:
    return b64encode(part).decode("ascii")
