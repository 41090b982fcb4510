"""Ed25519 as RFC 8032 has it, and fingerprints as people copy them."""

import pytest

from heroes.adapters.signing import Ed25519Signer, fingerprint, fits, same_fingerprint

SECRET = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
PUBLIC = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
SIGNATURE = bytes.fromhex(
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)
ORDER = 2**252 + 27742317777372353535851937790883648493


def test_the_standards_second_example() -> None:
    signer = Ed25519Signer(SECRET)
    assert (signer.public, signer.sign(b"\x72")) == (PUBLIC, SIGNATURE)
    assert fits(PUBLIC, SIGNATURE, b"\x72")


@pytest.mark.parametrize(
    "public, signature, message",
    [
        (PUBLIC, SIGNATURE, b"\x73"),
        (PUBLIC, SIGNATURE, b""),
        (PUBLIC, SIGNATURE[:-1], b"\x72"),
        (PUBLIC, b"", b"\x72"),
        (PUBLIC[:-1], SIGNATURE, b"\x72"),
        (b"", SIGNATURE, b"\x72"),
        (b"\xff" * 32, SIGNATURE, b"\x72"),
        (bytes(32), bytes(64), b"\x72"),
    ],
)
def test_anything_else_does_not_fit(public: bytes, signature: bytes, message: bytes) -> None:
    assert not fits(public, signature, message)


def test_there_is_no_second_spelling_of_a_signature() -> None:
    number = int.from_bytes(SIGNATURE[32:], "little") + ORDER
    assert not fits(PUBLIC, SIGNATURE[:32] + number.to_bytes(32, "little"), b"\x72")


@pytest.mark.parametrize("seed", [b"", b"x" * 31, b"x" * 33])
def test_a_seed_of_another_length_is_a_mistake(seed: bytes) -> None:
    with pytest.raises(ValueError, match="32"):
        Ed25519Signer(seed)


def test_a_fingerprint_is_eight_groups_of_four() -> None:
    assert fingerprint(PUBLIC) == "39f7-13d0-a644-253f-0452-9421-b9f5-1b9b"


def test_people_may_space_and_capitalise_it_as_they_like() -> None:
    mine = fingerprint(PUBLIC)
    assert same_fingerprint(mine.upper().replace("-", " "), mine)
    assert same_fingerprint(mine.replace("-", ""), mine)
    assert not same_fingerprint(mine[:-1], mine)
    assert not same_fingerprint("", mine)
