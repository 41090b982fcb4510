"""Lets templates be written in the house's words and read in a programme's own.

While a template is compiled, every word of ours that its readers will see (in running text, in what a screen reader
says, in a sentence between quotes) becomes a call of `own_words`, which the environment gives; no page can forget it.
Names of classes, addresses, keys and what people wrote are no text of the template, and stay as they are.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from heroes.domain.terms import parts, spoken

READ_OUT = frozenset({"aria-label", "alt", "title", "placeholder", "data-label"})
"""Attributes whose values people read."""
_ATTRIBUTE = re.compile(r"([\w:-]+)\s*=\s*$")
_MARKS = re.compile("[<>\"']")
_SILENT = re.compile(r"<(style|script|code)\b", re.IGNORECASE)


@dataclass(slots=True)
class _Place:
    """Where in the HTML the text of a template has come to."""

    html: bool
    in_tag: bool = False
    quote: str = ""
    attribute: str = ""
    silent: str = ""
    tag: str = ""

    @property
    def read(self) -> bool:
        """Whether people read what stands here."""
        if self.silent and not self.in_tag:
            return False
        return not self.in_tag or bool(self.quote and self.attribute in READ_OUT)

    def pass_over(self, text: str) -> None:
        """Text without a mark of HTML; inside a tag it may name the attribute that comes next."""
        if self.in_tag and not self.quote:
            self.tag += text

    def step(self, mark: str) -> None:
        """One of < > " and '."""
        if not self.in_tag:
            if mark == "<":
                self.in_tag, self.tag = True, "<"
        elif self.quote:
            if mark == self.quote:
                self.quote = ""
        elif mark in "\"'":
            found = _ATTRIBUTE.search(self.tag)
            self.quote, self.attribute = mark, found[1].lower() if found else ""
            self.tag += mark
        elif mark == ">":
            self.in_tag = False
            opened = _SILENT.match(self.tag)
            self.silent = opened[1] if opened else "" if self.tag.startswith("</") else self.silent


class OwnWords(Extension):
    """Puts a call of `own_words` around every word of ours in a template; the text between stays what it was."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """The template's tokens, with our words as expressions."""
        place = _Place(html=(stream.name or "").endswith(".html"))
        for token in stream:
            if token.type == "data":
                yield from _of_data(token, place)
            elif token.type == "string" and place.read and _is_sentence(token.value):
                yield from _call(token)
            else:
                yield token


def _is_sentence(text: str) -> bool:
    """Whether a text between quotes is there to be read: a key or an address is a small word without spaces."""
    return (" " in text.strip() or text[:1].isupper()) and spoken(text)


def _of_data(token: Token, place: _Place) -> Iterator[Token]:
    for text, read in _runs(token.value, place):
        for piece, ours in parts(text) if read else [(text, False)]:
            if ours:
                yield Token(token.lineno, "variable_begin", "{{")
                yield from _call(Token(token.lineno, "string", piece))
                yield Token(token.lineno, "variable_end", "}}")
            else:
                yield Token(token.lineno, "data", piece)


def _runs(text: str, place: _Place) -> Iterator[tuple[str, bool]]:
    """The text in runs, each either read by people or not."""
    start, at, read = 0, 0, place.read
    for found in _MARKS.finditer(text) if place.html else ():
        place.pass_over(text[at : found.start()])
        place.step(found[0])
        at = found.end()
        if place.read is not read:
            end = found.start() if read else at
            if end > start:
                yield text[start:end], read
            start, read = end, place.read
    place.pass_over(text[at:])
    if text[start:]:
        yield text[start:], read


def _call(token: Token) -> Iterator[Token]:
    yield Token(token.lineno, "name", "own_words")
    yield Token(token.lineno, "lparen", "(")
    yield token
    yield Token(token.lineno, "rparen", ")")
