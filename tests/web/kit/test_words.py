"""How pages say things: every rule by example."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from markupsafe import Markup

from heroes.web.kit import words

LONDON, BERLIN, DUBAI = "Europe/London", "Europe/Berlin", "Asia/Dubai"
CLOSES = datetime(2026, 5, 22, 16, 0, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "text, count",
    [
        ("", 0),
        (None, 0),
        ("  \n\t ", 0),
        ("one", 1),
        (" don’t  stop\nnow ", 3),
        ("a\u00a0b\u2003c", 3),
        ("a – b", 3),
    ],
)
def test_words_stand_between_white_space(text: str | None, count: int) -> None:
    assert words.words(text) == count


@pytest.mark.parametrize(
    "text, html",
    [
        (None, ""),
        (" \n ", ""),
        ("One.", "<p>One.</p>"),
        ("One.\r\n\r\nTwo.", "<p>One.</p><p>Two.</p>"),
        ("One.\n \n\n\n  Two.\nStill two.", "<p>One.</p><p>Two.<br>Still two.</p>"),
        ("<b>bold</b> & bare", "<p>&lt;b&gt;bold&lt;/b&gt; &amp; bare</p>"),
        ("a\n<script>", "<p>a<br>&lt;script&gt;</p>"),
    ],
)
def test_paragraphs_keep_lines_and_escape_the_rest(text: str | None, html: str) -> None:
    assert words.paragraphs(text) == Markup(html)


@pytest.mark.parametrize(
    "text, html",
    [
        (None, ""),
        ("Plain *and* **strong**.", "<p>Plain <em>and</em> <strong>strong</strong>.</p>\n"),
        ("A <b>tag</b>.", "<p>A &lt;b&gt;tag&lt;/b&gt;.</p>\n"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
        ("# One\n\n## Two", "<h3>One</h3>\n<h4>Two</h4>\n"),
        ("## Two\n\n### Three\n\n## Two", "<h3>Two</h3>\n<h4>Three</h4>\n<h3>Two</h3>\n"),
        (
            "[site](https://a.example/b)",
            '<p><a href="https://a.example/b" rel="noopener noreferrer">site</a></p>\n',
        ),
        (
            "[post](mailto:a@b.example)",
            '<p><a href="mailto:a@b.example" rel="noopener noreferrer">post</a></p>\n',
        ),
    ],
)
def test_markdown_is_plain_html_with_its_headings_moved(text: str | None, html: str) -> None:
    assert words.markdown(text) == Markup(html)


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,AAAA)",
        "[x](ftp://a.example/file)",
        "[x](intent://a.example)",
        '<a href="https://a.example" onclick="x()">x</a>',
        "![p](https://a.example/p.png)",
        "<style>p{}</style>",
        '<p style="color:red">x</p>',
    ],
)
def test_markdown_lets_nothing_live_through(hostile: str) -> None:
    html = words.markdown(hostile)
    found = [live for live in ("<script", "<img", "<style", "<a href", "<p style") if live in html]
    assert found == []


def test_nothing_live_gets_out_even_if_raw_html_got_in(monkeypatch: pytest.MonkeyPatch) -> None:
    # The cleaner stands behind the parser: either alone is enough.
    monkeypatch.setattr(words, "_MARKDOWN", words.MarkdownIt("commonmark", {"html": True}))
    words.markdown.cache_clear()
    html = words.markdown('<p style="x" onclick="y">a</p><script>b</script><iframe src="c"></iframe>')
    words.markdown.cache_clear()
    assert html == Markup("<p>a</p>")


def test_no_text_can_make_a_second_page_title() -> None:
    assert words.markdown("# Title", 1) == Markup("<h2>Title</h2>\n")


@pytest.mark.parametrize(
    "items, said", [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_listed(items: list[str], said: str) -> None:
    assert words.listed(items) == said


def test_a_fingerprint_is_read_in_fours() -> None:
    assert words.fingerprint("9c41e7aa0d52b8") == "9c41 e7aa 0d52 b8"
    assert words.fingerprint("9c41e7aa0d52b8f3", 2) == "9c41 e7aa"


def test_times_are_said_in_the_named_zone_with_its_name() -> None:
    said = '<time datetime="2026-05-22T17:00:09+01:00">Friday 22 May 2026, 17:00 UK time</time>'
    assert words.instant(CLOSES, LONDON) == Markup(said)
    assert "18:00:09 CEST" in words.instant(CLOSES, BERLIN, seconds=True)
    assert "20:00 UTC+04" in words.instant(CLOSES, DUBAI)
    assert words.day(datetime(2026, 1, 1, 23, 30, tzinfo=UTC), BERLIN) == "Friday 2 January 2026"
    assert words.short_day(CLOSES, LONDON) == "Fri 22 May"
    assert words.short_instant(CLOSES, LONDON) == Markup(
        '<time datetime="2026-05-22T17:00:09+01:00">Fri 22 May, 17:00</time>'
    )


def test_winter_and_summer_are_both_uk_time() -> None:
    zones = {words.zone_word(CLOSES, LONDON), words.zone_word(CLOSES + timedelta(days=180), LONDON)}
    assert zones == {"UK time"}
    assert words.zone_word(CLOSES, "UTC") == "UTC"


def test_an_instant_without_a_zone_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        words.instant(CLOSES.replace(tzinfo=None), LONDON)


@pytest.mark.parametrize(
    "start, end, said",
    [
        ((2026, 6, 11), (2026, 6, 11), "11 June 2026"),
        ((2026, 6, 11), (2026, 6, 26), "11 to 26 June 2026"),
        ((2026, 5, 26), (2026, 6, 5), "26 May to 5 June 2026"),
        ((2026, 12, 28), (2027, 1, 5), "28 December 2026 to 5 January 2027"),
    ],
)
def test_a_span_of_days(start: tuple[int, int, int], end: tuple[int, int, int], said: str) -> None:
    first, last = (datetime(*day, 12, tzinfo=UTC) for day in (start, end))
    assert words.days(first, last, LONDON) == said


@pytest.mark.parametrize(
    "ahead, said",
    [
        (timedelta(days=3, hours=2, minutes=55), "3 days 2 hours"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=2, minutes=5), "2 days"),
        (timedelta(hours=1, minutes=1), "1 hour 1 minute"),
        (timedelta(minutes=12, seconds=59), "12 minutes"),
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(0), ""),
        (timedelta(days=-1), ""),
    ],
)
def test_what_is_left_is_never_said_too_long(ahead: timedelta, said: str) -> None:
    assert words.left(CLOSES + ahead, CLOSES) == said


def test_numbers() -> None:
    assert [words.number(n) for n in (0, 1204, 10**6)] == ["0", "1,204", "1,000,000"]
    assert [words.many(n, "entry", "entries") for n in (0, 1, 2000)] == [
        "0 entries",
        "1 entry",
        "2,000 entries",
    ]
    assert words.many(2, "day") == "2 days"


@pytest.mark.parametrize(
    "value, said",
    [
        (None, "–"),
        (Decimal("84.25"), "84.3"),
        (84.25, "84.3"),
        (Decimal(0), "0.0"),
        (Decimal("69.95"), "70.0"),
        (Decimal("1234.5"), "1,234.5"),
        (7, "7.0"),
    ],
)
def test_a_score_is_rounded_half_up_to_one_place(value: Decimal | float | None, said: str) -> None:
    assert words.score(value) == said


@pytest.mark.parametrize(
    "value, said",
    [(None, "–"), (Decimal("9.0"), "9"), (Decimal("8.50"), "8.5"), (Decimal(10), "10"), (0, "0"), ("7", "7")],
)
def test_a_mark_is_shown_as_given(value: Decimal | int | str | None, said: str) -> None:
    assert words.mark(value) == said
