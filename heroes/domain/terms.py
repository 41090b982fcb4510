"""The field's words, and a programme's own in their place.

A programme keeps only what differs, under the house's word: {"judge": "assessor", "judges": "assessors"}. The house's
words in our own sentences are then said in the programme's way; what people wrote is never touched, and neither are
addresses and keys. Deeds keep their verbs: whoever the judges are, an entry is judged.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

MOST = 40
"""The longest word that a programme may put in the place of one of ours."""


class Term(NamedTuple):
    """A word for one thing and for several; a label stands on its own and has no plural."""

    one: str
    many: str = ""


TERMS = (
    Term("programme", "programmes"),
    Term("season", "seasons"),
    Term("chapter", "chapters"),
    Term("category", "categories"),
    Term("entry", "entries"),
    Term("nomination", "nominations"),
    Term("nominator", "nominators"),
    Term("entrant", "entrants"),
    Term("nominee", "nominees"),
    Term("organisation", "organisations"),
    Term("panel", "panels"),
    Term("judge", "judges"),
    Term("chair", "chairs"),
    Term("round", "rounds"),
    Term("scorecard", "scorecards"),
    Term("finalist", "finalists"),
    Term("Shortlisted"),
    Term("Highly commended"),
    Term("Awarded"),
)
"""Every word that a programme may rename, in the order in which the builder asks."""

KEYS = tuple(key for term in TERMS for key in term if key)
_NOUNS = sorted((key for term in TERMS if term.many for key in term), key=len, reverse=True)
_LABELS = frozenset(term.one for term in TERMS if not term.many)
_DEED = (
    r"(?:to|you|I|not|they|can|may|cannot|rather) (?:judge|chair)\b"
    r"|(?:who|neither|nor) judges\b|judges? it\b|[Aa]ll round\b"
)
_WORD = (
    rf"(?P<deed>\b(?:{_DEED}))"
    rf"|(?<![\w{{/.@-])(?:(?P<article>[Aa]n?)(?P<space>\s+))?(?P<noun>(?i:{'|'.join(_NOUNS)}))(?![\w}}/@]|[.-]\w)"
)
_SAID = re.compile(rf"(?P<quoted>“[^”]*”)|{_WORD}")
_OURS = re.compile(_WORD)
_BEGINS = re.compile(r"(?:^|[.!?:·(–]|\d)\s*$")
_PLAIN = re.compile(r"[^\W\d_][\w ’'&-]*")
_AN = re.compile(r"(?i)(?:[aeio]|u(?!n[ai]|s|t[ei])|hon|hour|heir)")


def own(text: str, words: Mapping[str, str]) -> str:
    """A sentence of ours in the programme's words. Capitals stay where they were; a and an follow the new word.

    What stands between “ ” was said by somebody, and a capital inside a sentence belongs to a name: both stay.
    """
    if not words or not text:
        return text
    bare = text.strip()
    if bare in _LABELS:
        return text.replace(bare, words.get(bare, bare))
    return _SAID.sub(lambda found: _said(found, words), text)


def _said(found: re.Match[str], words: Mapping[str, str]) -> str:
    noun = found["noun"]
    new = words.get(noun.lower()) if noun else None
    if not noun or not new:
        return found[0]
    if noun[0].isupper():
        if not found["article"] and not _BEGINS.search(found.string[: found.start()]):
            return found[0]
        new = new.upper() if noun.isupper() else new[0].upper() + new[1:]
    if not found["article"]:
        return new
    return f"{found['article'][0]}{'n' if _AN.match(new) else ''}{found['space']}{new}"


def spoken(text: str) -> bool:
    """Whether one of our words stands in a text at all."""
    return text.strip() in _LABELS or any(found["noun"] for found in _OURS.finditer(text))


def parts(text: str) -> list[tuple[str, bool]]:
    """A text in pieces, each with whether it is a word of ours; joined they are the text again."""
    bare = text.strip()
    if bare in _LABELS:
        return [(text, True)]
    found, at = [], 0
    for match in _OURS.finditer(text):
        if not match["deed"]:
            found += [(text[at : match.start()], False), (match[0], True)]
            at = match.end()
    return [(piece, ours) for piece, ours in [*found, (text[at:], False)] if piece]


def check_words(given: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """What of the words given is worth keeping, and what is wrong with the others: key -> sentence.

    A word that is left out or is ours anyway is not kept. One thing and several are renamed together.
    """
    said = {key: " ".join(str(given.get(key, "")).split()) for key in KEYS}
    wrong = {key: problem for key, word in said.items() if word and (problem := _problem(word))}
    wrong |= {key: f"heroes has no word “{key}” that could be renamed." for key in given if key not in KEYS}
    for one, many in (term for term in TERMS if term.many):
        if bool(said[one]) != bool(said[many]):
            missing, there = (many, one) if said[one] else (one, many)
            wrong.setdefault(
                missing, f"Say it for {'several' if missing == many else 'one'} too, beside “{said[there]}”."
            )
    return {key: word for key, word in said.items() if word and word != key}, wrong


def _problem(word: str) -> str:
    if len(word) > MOST:
        return f"Use {MOST} characters or fewer."
    return "" if _PLAIN.fullmatch(word) else "Use letters, digits, spaces, hyphens and apostrophes only."
