"""The skeletons and every macro, rendered: well formed, nothing inline, labelled, and needing only what is promised."""

import re
from collections import Counter
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

import html5lib
import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient

from tests.web.kit import gallery

PAGES = [
    "/sheet",
    "/sheet?bad=1",
    "/room",
    "/bare",
    "/again",
    "/again?out=1",
    *(f"/error/{code}" for code in gallery.ERRORS),
]
TEXTUAL = {"input", "select", "textarea"}


def parsed(client: FlaskClient, address: str) -> tuple[str, Element]:
    """A page as text and as a tree; html5lib's strict mode raises at the first slip."""
    text = client.get(address).get_data(as_text=True)
    tree: Element = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    return text, tree


@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_well_formed_and_holds_nothing_inline(client: FlaskClient, address: str) -> None:
    text, tree = parsed(client, address)
    assert tree.findall(".//style") == []
    assert [s for s in tree.iter("script") if s.text or s.get("type") != "module" or not s.get("src")] == []
    assert [name for e in tree.iter() for name in e.attrib if name == "style" or name.startswith("on")] == []
    assert "javascript:" not in text


@pytest.mark.parametrize("address", PAGES)
def test_ids_are_unique_and_everything_that_points_at_one_finds_it(client: FlaskClient, address: str) -> None:
    _, tree = parsed(client, address)
    ids = Counter(e.get("id") for e in tree.iter() if e.get("id"))
    assert [name for name, count in ids.items() if count > 1] == []
    pointing = ("aria-describedby", "aria-labelledby", "for", "data-words", "data-saved-line")
    named = {name for e in tree.iter() for key in pointing for name in (e.get(key) or "").split()}
    anchors = {e.get("href", "")[1:] for e in tree.iter("a") if e.get("href", "").startswith("#")} - {""}
    assert (named | anchors) - set(ids) == set()


@pytest.mark.parametrize("address", PAGES)
def test_every_control_has_a_name_that_can_be_said(client: FlaskClient, address: str) -> None:
    _, tree = parsed(client, address)
    labelled = {e.get("for") for e in tree.iter("label")}
    controls = [e for e in tree.iter() if e.tag in TEXTUAL and e.get("type") != "hidden"]
    assert [e.attrib for e in controls if e.get("id") not in labelled and not e.get("aria-label")] == []


@pytest.mark.parametrize("address", [page for page in PAGES if page != "/room"])
def test_a_page_has_one_title_and_no_step_is_missing_below_it(client: FlaskClient, address: str) -> None:
    _, tree = parsed(client, address)
    levels = [int(e.tag[1]) for e in tree.iter() if re.fullmatch("h[1-6]", str(e.tag))]
    assert levels.count(1) == 1
    main = tree.find(".//main")
    assert main is not None
    assert [e.tag for e in main.iter() if e.tag in ("main", "h1")] == ["main", "h1"]


@pytest.mark.parametrize("address", PAGES)
def test_every_form_that_posts_carries_a_token(client: FlaskClient, address: str) -> None:
    _, tree = parsed(client, address)
    # The sheet's own three forms show parts and go nowhere.
    forms = [f for f in tree.iter("form") if f.get("method") == "post" and not shown_only(f)]
    without = [f.attrib for f in forms if [i.get("name") for i in f.iter("input")].count("csrf_token") != 1]
    assert without == []


def shown_only(form: Element) -> bool:
    """Whether a form is one of the sheet's examples that a page fills with its own token."""
    return any(name in form.attrib for name in ("data-autosave", "data-scorecard", "data-choosing"))


def test_the_sheet_uses_every_macro_of_the_kit(shown: Flask) -> None:
    sheet = (gallery.ROOT / "templates/kit/sheet.html").read_text()
    kit = gallery.ROOT / "templates/kit"
    inner = {
        "error",
        "optional",
        "count",
        "not_shown",
        "summary_of",
        "choices",
        "tick",
        "grid",
        "grid_line",
        "csrf",
        "figures",
        "logo_of",
        "mark",
        "name_of",
    }
    macros = {
        name
        for file in kit.glob("*.html")
        for name in re.findall(r"{% macro (\w+)", file.read_text())
        if not re.search(rf"[({{ ]{name}\(", sheet)
    }
    assert macros == inner


def test_bootstrap_is_loaded_once_below_our_own_rules(shown: Flask, client: FlaskClient) -> None:
    _, tree = parsed(client, "/sheet")
    links = {link.get("rel"): link.get("href", "") for link in tree.iter("link")}
    with client.get(links["stylesheet"]) as answer:
        theme = answer.get_data(as_text=True)
    imported = re.findall(r'@import url\("([^"]+)"\) layer\(bootstrap\)', theme)
    assert [urljoin(links["stylesheet"], address) for address in imported] == [links["preload"]]
    with client.get(links["preload"]) as answer:
        assert answer.status_code == 200
    with client.get(links["icon"]) as answer:
        assert answer.mimetype == "image/svg+xml"


def test_the_theme_reaches_for_nothing_outside() -> None:
    theme = (gallery.ROOT / "heroes/static/theme.css").read_text()
    outside = [
        u for u in re.findall(r"url\(\"?([^\")]+)", theme) if not u.startswith(("../bootstrap/", "data:"))
    ]
    assert outside == []
    assert theme.count("{") == theme.count("}")


def test_the_error_summary_comes_with_the_number_and_leads_to_a_group_of_choices(client: FlaskClient) -> None:
    text, tree = parsed(client, "/sheet?bad=1")
    summary = next(e for e in tree.iter("div") if "data-errors" in e.attrib)
    links = [a.get("href") for a in summary.iter("a")]
    assert links == ["#name", "#email", "#surprise-0", "#sector", "#consent"]
    assert "5 things need your attention" in text
    assert 'aria-describedby="sentence-hint sentence-count"' in text
    assert "33 of 30 words, 3 over" in text


def test_a_page_that_knows_nothing_still_speaks(client: FlaskClient) -> None:
    text, tree = parsed(client, "/bare")
    assert "The line went dead at our end" in text
    assert [a.get("href") for a in tree.iter("a") if "brand" in a.get("class", "")] == ["/"]


def test_a_room_says_whose_it_is_and_signs_out_by_a_button(client: FlaskClient) -> None:
    text, tree = parsed(client, "/room")
    out = [(f.get("action"), [i.get("value") for i in f.iter("input")]) for f in tree.iter("form")]
    assert out == [("/sign-out", ["a-token"])]
    header = next(e for e in tree.iter("header"))
    assert [(a.get("href"), a.get("aria-current")) for a in header.iter("a")][1:] == [
        ("/admin/", None),
        ("/judge/", "page"),
        ("#", None),
        ("#", None),
    ]
    assert "All times are UK time." in text


def test_an_error_may_say_something_more_exact(shown: Flask) -> None:
    with shown.test_request_context():
        text = render_template_string(
            "{% extends 'errors/404.html' %}", reason="That season has ended.", ways=[("Go on", "/next")]
        )
    assert "That season has ended." in text
    assert "There is no page at this address" not in text
    assert '<a class="btn btn-primary " href="/next">' in text


def test_what_people_wrote_is_escaped_everywhere(shown: Flask) -> None:
    source = """
    {% from 'kit/bits.html' import crumbs, act, blank, note, pager, confirm %}
    {% from 'kit/forms.html' import say, select, criterion, choose %}
    {% from 'kit/charts.html' import distribution, spread %}
    {% from 'kit/art.html' import avatar, rosette %}
    {{ crumbs([(evil, evil)]) }}{{ act(evil, 'second', evil) }}{{ pager(evil, 1, 1, '') }}{{ avatar(evil) }}
    {{ rosette('hue-1', 84, evil, evil) }}{{ say('a', evil, evil, evil, evil) }}{{ choose(evil, evil) }}
    {{ select('b', evil, [(evil, evil)], evil) }}{{ criterion('c', evil, 1, evil, points) }}
    {{ distribution('d', evil, [(evil, 1)]) }}{% call confirm(evil, evil, evil) %}{{ evil }}{% endcall %}
    {% call note('', 'info', evil) %}{{ evil }}{% endcall %}{% call blank(evil, 'hue-1', evil) %}{% endcall %}
    """
    with shown.test_request_context():
        text = render_template_string(source, evil='"><script>x</script>', points=gallery.POINTS)
    assert "<script" not in text


def test_what_was_typed_into_a_refused_form_is_given_back(shown: Flask) -> None:
    typed = [("happened", 'She rang </textarea> "everybody".'), ("revision", "3"), ("empty", "")]
    with shown.test_request_context():
        text = render_template_string("{% extends 'errors/500.html' %}", fields=typed)
    areas = re.findall(r"<textarea[^>]* readonly>\n([^<]*)</textarea>", text)
    assert areas == ["She rang &lt;/textarea&gt; &#34;everybody&#34;."]
    assert '<label class="form-label" for="typed-1">Happened</label>' in text


def test_a_form_that_outlived_its_session_is_sent_again_whole(client: FlaskClient) -> None:
    _, tree = parsed(client, "/again?out=1")
    form = next(f for f in tree.iter("form"))
    sent = [(i.get("name"), i.get("value")) for i in form.iter("input")]
    assert form.get("action") == "/again?out=1"
    assert sent == [("csrf_token", "a-token"), ("happened", "She rang\nall forty-one."), ("revision", "3")]


@pytest.mark.parametrize(
    "code, head", [("faster", "Somebody was faster"), ("not_eligible", "That cannot be done just now")]
)
def test_a_conflict_says_which_kind_it_is(shown: Flask, code: str, head: str) -> None:
    error = gallery.SimpleNamespace(code=code, who="Gareth Lloyd", what="not_shortlist", when=gallery.NOW)
    with shown.test_request_context():
        text = render_template_string("{% extends 'errors/409.html' %}", error=error, reason="It moved on.")
    assert f"<h1>{head}</h1>" in text
    said = re.findall(
        r"Gareth Lloyd: did not shortlist it, <time[^>]+>Tue 19 May, 14:05</time> UK time", text
    )
    assert len(said) == (code == "faster")


def test_a_long_scale_is_typed(shown: Flask) -> None:
    source = (
        """{% from 'kit/forms.html' import criterion %}{{ criterion('c', 'All', 1, '', points, '55') }}"""
    )
    points = [gallery.SimpleNamespace(from_=0, to_=100, word="Any", text="")]
    with shown.test_request_context():
        text = render_template_string(source, points=points)
    assert re.findall(r'type="(\w+)"[^>]+min="0" max="100" step="1" value="55"', text) == ["number"]


def test_an_absent_mark_is_neither_nought_nor_an_abstention(shown: Flask) -> None:
    source = (
        "{% from 'kit/forms.html' import criterion %}"
        "{{ criterion('c', 'All', 1, '', points, chosen, 1, '', 'No') }}"
    )
    checked = []
    with shown.test_request_context():
        for chosen in (None, 0, 9, "", gallery.Decimal("9.0")):
            text = render_template_string(source, points=gallery.POINTS, chosen=chosen)
            checked.append(re.findall(r'value="(\d*)" checked', text))
    assert checked == [[], ["0"], ["9"], [""], ["9"]]
