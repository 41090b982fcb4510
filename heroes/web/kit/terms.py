"""Our sentences in the words of the programme whose page this is."""

from flask import Flask, g, has_request_context

from heroes.adapters.own_words import OwnWords
from heroes.domain import terms


def own(text: str) -> str:
    """A sentence of ours as the programme of this page says it; for text that people wrote it is the wrong thing."""
    words = g.get("words") if has_request_context() else None
    return terms.own(text, words) if words else text


def register(app: Flask) -> None:
    """Have every template of an app written in our words and read in the programme's."""
    app.jinja_env.add_extension(OwnWords)
    app.jinja_env.globals["own_words"] = own
    app.jinja_env.filters["own"] = own
