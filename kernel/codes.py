"""Random codes and tokens, from the operating system's generator."""

import base64
import unicodedata

from kernel.randomness import random_bytes

# Crockford's base 32: no I, L, O, U, so nothing reads like another letter or a digit.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0"})


def new_code(length: int = 10) -> str:
    """A code that people type and say: ``length`` letters of five bits each."""
    return "".join(ALPHABET[byte & 31] for byte in random_bytes(length))


def normalise(text: str) -> str:
    """What somebody typed, as the code they meant: upper case, I and L are 1, O is 0.

    A Chinese keyboard's full-width letters are plain ones; blanks, dashes and whatever else cannot
    stand in a code are left out.
    """
    plain = unicodedata.normalize("NFKC", text).upper().translate(_READ_AS)
    return "".join(letter for letter in plain if letter.isascii() and letter.isalnum())


def group(code: str, size: int = 5) -> str:
    """A code in groups for the eye: ABCDE-FGHJK."""
    return "-".join(code[start : start + size] for start in range(0, len(code), size))


def new_token() -> str:
    """128 random bits for a link, 22 letters."""
    return base64.urlsafe_b64encode(random_bytes(16)).decode().rstrip("=")
