"""A programme's own words stand on every page and in every mail, and only in the place of ours."""

import re
from collections.abc import Iterable

import html5lib
from flask.testing import FlaskClient
from jinja2.lexer import Token
from sqlalchemy import update

from heroes.adapters.letters import Letters
from heroes.adapters.own_words import READ_OUT, OwnWords
from heroes.app import templates_folder
from heroes.domain.notices import NOTICES
from heroes.domain.terms import KEYS, own
from heroes.models import Programme, Season
from tests.adapters.test_letters import ALWAYS, VALUES
from tests.judging import asked, elsewhere, handed_in
from tests.world import World

MARKED = {key: f"Zw{number}" for number, key in enumerate(KEYS)}
_OURS = re.compile(rf"(?i)(?<![\w/@.-])(?:{'|'.join(KEYS)})(?![\w@/]|\.\w)")
_STAYS = re.compile(
    # Deeds: renaming who judges does not rename judging, and what became of an entry is told in a sentence of ours.
    r"(?i)\b(?:(?:to|you|not|cannot) judge|judges? it|(?:I|you) chair|shortlisted or not"
    r"|(?:not|is|been|are|was) (?:shortlisted|awarded))\b"
    # What the season itself says: names of its rounds, panels and levels, and its sentences; and people's names.
    r"|Round 1, written|(?:Final|People|Teams) panel|up to 2 highly commended"
    r"|Highly commended: the next|Three judges read each entry"
    r"|Jack Judge|Jill Judge|Chloe Chair"
)


def looked_at(world: World) -> dict[tuple[str, str], str]:
    """Pages of every room as (who, address) -> HTML, with entries at several points of their way."""
    draft, first, second = world.nominate(), elsewhere(world), elsewhere(world, "Rita Roe")
    assert draft.link is not None
    alice, mine, org = world.client(), draft.entry.handle, "/organisation/orglarkfield/"
    with alice.session_transaction() as cookie:
        cookie["links"] = [draft.link.id]
    season = (
        "/",
        "/small-2026/",
        "/small-2026/rules",
        "/small-2026/rule-card",
        "/small-2026/shortlist/",
        "/small-2026/winners/",
    )
    category = ("/small-2026/frontline/", "/small-2026/frontline/nominate")
    own_pages = ("/mine/", "/links", *(f"/mine/{mine}/{page}" for page in ("", "edit", "check", "links")))
    shown = seen(alice, "alice", *season, *category, *own_pages, "/sign-in")
    shown |= seen(
        world.client("bob"),
        "bob",
        org,
        f"{org}start",
        f"{org}colleagues",
        f"{org}small-2026/teams/start",
        "/account",
    )
    handle = asked(world, first, "jack").handle
    handed_in(world, second, "jack")
    shown |= seen(
        world.client("jack"),
        "jack",
        "/judge/",
        f"/judge/{handle}",
        f"/judge/{handle}/step-back",
        "/judge/mine",
    )
    world.computed()
    shown |= seen(
        world.client("chloe"), "chloe", "/judge/table/", "/judge/table/small-2026/frontline/written"
    )
    rooms = (
        "",
        "queue",
        "judging",
        "results",
        "announce",
        "people",
        "people/organisations",
        "people/invite/judge",
        "mail",
        "setup/look",
    )
    board = "/frontline/written"
    boards = (f"judging{board}", f"results{board}", f"results{board}/fairness")
    pages = [f"/admin/small-2026/{page}" for page in (*rooms, *boards)]
    one = f"/admin/entry/{first.handle}"
    return shown | seen(world.client("adam"), "adam", *pages, one, f"{one}/withdraw", f"{one}/audit")


def seen(client: FlaskClient, who: str, *addresses: str) -> dict[tuple[str, str], str]:
    """What somebody is shown there."""
    answers = {(who, address): client.get(address, follow_redirects=True) for address in addresses}
    assert {answer.status_code for answer in answers.values()} == {200}
    return {where: answer.get_data(as_text=True) for where, answer in answers.items()}


def read_out(page: str) -> list[str]:
    """Every piece of text that somebody reads or hears on a page."""
    said = []
    for element in html5lib.parse(page, namespaceHTMLElements=False).iter():
        if element.tag in ("style", "script", "code"):
            said.append(element.tail or "")
            continue
        said += [element.text or "", element.tail or ""]
        said += [value for name, value in element.attrib.items() if name in READ_OUT]
    return [" ".join(text.split()) for text in said if text.strip()]


def left(texts: list[str]) -> list[str]:
    """Those that still say one of our words."""
    return [text for text in texts if _OURS.search(_STAYS.sub("", text))]


def rename(world: World) -> None:
    """Give the programme a word of its own for each of ours."""
    world.session.execute(update(Programme).values(words=MARKED))
    world.session.execute(update(Season).values(milestones=[], privacy="We keep them."))
    world.session.commit()


def test_no_word_of_ours_is_left_on_a_page_of_a_programme_that_renamed_them_all(lite_world: World) -> None:
    # What was drawn before is not kept in the words of then.
    seen(lite_world.client(), "alice", "/small-2026/frontline/nominate")
    rename(lite_world)

    pages = looked_at(lite_world)

    assert {where: found for where, page in pages.items() if (found := left(read_out(page)))} == {}


def test_templates_say_the_same_as_ever_where_nothing_was_renamed(lite_world: World) -> None:
    env = lite_world.app.jinja_env
    ours = env.extensions[OwnWords.identifier]
    changed = []
    for name in env.list_templates(extensions=["html", "txt"]):
        source = env.loader.get_source(env, name)[0]  # type: ignore[union-attr] # an app's environment has a loader
        told = in_line(ours.filter_stream(env.lexer.tokenize(source, name)))
        if _CALL.sub(r"\1", _SAID_CALL.sub(r"\1", told)) != in_line(env.lexer.tokenize(source, name)):
            changed.append(name)

    assert changed == []
    assert own("An entry, a judge", {}) == "An entry, a judge"


_CALL = re.compile("\0name:own_words\0\0lparen:\\(\0(\0string:[^\0]*\0)\0rparen:\\)\0")
_SAID_CALL = re.compile(
    "\0variable_begin:{{\0\0name:own_words\0\0lparen:\\(\0\0string:([^\0]*)\0\0rparen:\\)\0\0variable_end:}}\0"
)


def in_line(tokens: Iterable[Token]) -> str:
    """A template's tokens as one text: what it says as it is, everything else between NULs."""
    return "".join(
        token.value if token.type == "data" else f"\0{token.type}:{token.value}\0" for token in tokens
    )


def test_no_word_of_ours_is_left_in_a_mail() -> None:
    letters, found = Letters(templates_folder()), {}
    asked = {"words": MARKED, "thing": "Zw", "a_thing": "a Zw", "place": "Zw", "refusals": []}
    for template, values in VALUES.items():
        text, html = letters.write(template, ALWAYS | values | asked)
        subject = re.sub(r"{\w+}", "", own(NOTICES[template].subject, MARKED))
        if said := left([*text.splitlines(), *read_out(html), subject]):
            found[template] = said

    assert found == {}
