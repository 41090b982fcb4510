"""The conscience itself can fail: each fault that it looks for, planted in a good page, is found."""

import pytest

from tests.conscience import faults

GOOD = (
    "<!doctype html><html lang='en'><head><title>T</title></head><body><h1>One</h1>"
    "<form method='post' action='/x'><input type='hidden' name='csrf_token' value='t'>"
    "<label for='a'>A</label><input id='a' name='a'></form></body></html>"
)


def test_a_good_page_has_no_faults():
    assert faults(GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<h1>One</h1>", "", "0 h1 elements"),
        ("<h1>One</h1>", "<h1>One</h1><h1>Two</h1>", "2 h1 elements"),
        ("<title>T</title>", "<title></title>", "no title"),
        ("<h1>One</h1>", "<h1>One</h1><p id='a'>x</p>", "the id 'a' stands 2 times"),
        ("<h1>One</h1>", "<h1 style='color:red'>One</h1>", "inline style on h1"),
        ("<h1>One</h1>", "<h1 onclick='x()'>One</h1>", "onclick on h1"),
        ("<h1>One</h1>", "<h1>One</h1><script>x()</script>", "inline script"),
        ("<label for='a'>A</label>", "", "the field 'a' has no label"),
        ("<input type='hidden' name='csrf_token' value='t'>", "", "the form to '/x' posts without a token"),
        ("name='a'>", "name='a' aria-describedby='gone'>", "input points at 'gone', which is not there"),
    ],
)
def test_each_fault_is_found(old, new, said):
    assert faults(GOOD.replace(old, new)) == [said]


def test_bad_markup_is_found():
    assert faults(GOOD.replace("<h1>One</h1>", "<h1>One</h2>"))[0].startswith("not well formed")
