"""What makes a password too weak to accept: length, the commonest choices, and one's own name."""

import re

SHORTEST = 10
LONGEST = 200
_COMMON = frozenset(
    """password password1 password12 password123 password1234 passw0rd 1234567890 12345678910 123456789a qwertyuiop
    qwerty12345 qwerty123456 1q2w3e4r5t 1qaz2wsx3edc letmein123 iloveyou123 welcome123 welcome1234 administrator
    changeme123 football123 liverpool1 manchester abcdefghij abc1234567 sunshine123 princess123 superman123 batman1234
    customerservice heroes2026 heroes1234 awards2026 awards1234""".split()
)


def password_error(password: str, about: tuple[str, ...] = ()) -> str | None:
    """Return a sentence if the password is refused. Any characters are welcome and nothing is trimmed."""
    if len(password) < SHORTEST:
        return f"Use at least {SHORTEST} characters. Three or four words together are good."
    if len(password) > LONGEST:
        return f"Use at most {LONGEST} characters."
    folded = password.casefold()
    if folded in _COMMON or len(set(folded)) < 4:
        return "This is one of the first passwords that somebody would try. Choose another."
    left = folded
    for word in sorted(
        {w for text in about for w in re.findall(r"\w{4,}", text.casefold())}, key=len, reverse=True
    ):
        left = left.replace(word, "")
    if left != folded and len(re.findall(r"\w", left)) < 4:
        return "This is little more than your own name or address. Choose another."
    return None
