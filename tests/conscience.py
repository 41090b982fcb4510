"""What every HTML answer of the whole suite must keep: well formed, one h1, labelled fields, nothing inline."""

import hashlib
from collections import Counter
from xml.etree.ElementTree import Element

import html5lib
from html5lib.html5parser import ParseError

_SEEN: set[bytes] = set()
_UNLABELLED = {"hidden", "submit", "button", "reset", "image"}


def faults(page: str) -> list[str]:
    """Everything that is wrong with a page; empty for a good one."""
    try:
        root = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
    except ParseError as error:
        return [f"not well formed: {error}"]
    elements = list(root.iter())
    found = []
    headings = [e for e in elements if e.tag == "h1"]
    if len(headings) != 1:
        found.append(f"{len(headings)} h1 elements")
    title = root.find(".//title")
    if title is None or not (title.text or "").strip():
        found.append("no title")
    ids = Counter(e.get("id") for e in elements if e.get("id"))
    found += [f"the id {name!r} stands {count} times" for name, count in ids.items() if count > 1]
    found += _inline(elements)
    found += _unlabelled(elements)
    found += _unguarded(elements)
    found += [
        f"{e.tag} points at {name!r}, which is not there"
        for e in elements
        for attribute in ("aria-describedby", "aria-labelledby", "for")
        for name in (e.get(attribute) or "").split()
        if name not in ids
    ]
    return found


def _inline(elements: list[Element]) -> list[str]:
    found = []
    for e in elements:
        if not isinstance(e.tag, str):
            continue
        if e.tag == "style" or e.get("style") is not None:
            found.append(f"inline style on {e.tag}")
        if e.tag == "script" and (not e.get("src") or (e.text or "").strip()):
            found.append("inline script")
        found += [f"{name} on {e.tag}" for name in e.attrib if str(name).startswith("on")]
    return found


def _unlabelled(elements: list[Element]) -> list[str]:
    labelled = {e.get("for") for e in elements if e.tag == "label"}
    wrapped = {id(c) for e in elements if e.tag == "label" for c in e.iter()}
    return [
        f"the field {e.get('name')!r} has no label"
        for e in elements
        if e.tag in ("input", "select", "textarea")
        and e.get("type") not in _UNLABELLED
        and e.get("id") not in labelled
        and id(e) not in wrapped
        and not e.get("aria-label")
        and not e.get("aria-labelledby")
    ]


def _unguarded(elements: list[Element]) -> list[str]:
    return [
        f"the form to {form.get('action')!r} posts without a token"
        for form in elements
        if form.tag == "form"
        and (form.get("method") or "").lower() == "post"
        and not any(e.tag == "input" and e.get("name") == "csrf_token" for e in form.iter())
    ]


def check(body: bytes, where: str) -> None:
    """Fail with everything that is wrong with this page; a page seen before is not read again."""
    key = hashlib.sha256(body).digest()
    if key in _SEEN:
        return
    _SEEN.add(key)
    found = faults(body.decode())
    assert not found, f"{where}: " + "; ".join(found)
