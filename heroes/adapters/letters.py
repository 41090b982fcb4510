"""Writes the text and the HTML of a mail from templates/mail. Every value is escaped in the HTML."""

from datetime import datetime
from pathlib import Path
from textwrap import wrap
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context, select_autoescape
from jinja2.runtime import Context
from markupsafe import Markup, escape

from heroes.adapters.own_words import OwnWords
from heroes.domain.phrases import groups_of_four, many, said_day, said_instant, said_left
from heroes.domain.terms import own

WIDTH = 76


class Letters:
    """The mail templates of one folder."""

    def __init__(self, templates: Path) -> None:
        """`templates` is the folder that holds mail/."""
        self._made = Environment(
            loader=FileSystemLoader(templates),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            extensions=[OwnWords],
        )
        self._made.filters |= {
            "day": _day,
            "instant": _instant,
            "left": _left,
            "fingerprint": groups_of_four,
            "paragraphs": _paragraphs,
            "plain": _plain,
            "own": _own,
        }
        self._made.globals |= {"many": _many, "own_words": _own}

    def write(self, template: str, values: dict[str, Any]) -> tuple[str, str]:
        """The text and the HTML, in the `words` among the values; raises jinja2's errors for one that is missing."""
        text = self._made.get_template(f"mail/{template}.txt").render(values)
        html = self._made.get_template(f"mail/{template}.html").render(values)
        return _tidy(text), html

    def copy(self, values: dict[str, Any]) -> str:
        """The text file that travels with a receipt: everything that was sent."""
        return _tidy(self._made.get_template("mail/parts/copy.txt").render(values))


def _moment(value: datetime | str) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


@pass_context
def _day(context: Context, value: datetime | str) -> str:
    return said_day(_moment(value), context["zone"])


@pass_context
def _instant(context: Context, value: datetime | str, seconds: bool = False) -> str:
    return said_instant(_moment(value), context["zone"], seconds=seconds)


@pass_context
def _left(context: Context, value: datetime | str) -> str:
    return said_left(_moment(value), context["now"])


@pass_context
def _own(context: Context, text: str) -> str:
    return own(text, context.get("words") or {})


@pass_context
def _many(context: Context, count: int, one: str, more: str = "") -> str:
    return own(many(count, one, more), context.get("words") or {})


def _plain(text: str) -> str:
    """Somebody's words inside a text mail: their own lines, set in by two spaces."""
    return "\n".join(f"  {line}".rstrip() for line in str(text).strip().splitlines())


def _paragraphs(text: str) -> Markup:
    lines = Markup("<br>").join(escape(line) for line in str(text).strip().splitlines())
    return Markup("<p>{}</p>").format(lines)


def _tidy(text: str) -> str:
    """Lines that fit a mail, no more than one empty one between two others, and none at either end."""
    lines: list[str] = []
    for line in text.strip().splitlines():
        if line.strip():
            lines += _wrapped(line)
        elif lines and lines[-1]:
            lines.append("")
    return "\n".join(lines) + "\n"


def _wrapped(line: str) -> list[str]:
    """A long line as several, set in as far as it was; addresses and heads stay in one piece."""
    if len(line) <= WIDTH or any(len(word) > WIDTH // 2 for word in line.split()):
        return [line.rstrip()]
    indent = line[: len(line) - len(line.lstrip())]
    return wrap(
        line.strip(),
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
