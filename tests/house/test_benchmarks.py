"""That the benchmarks still work: their smallest runs, with no word about how long anything took."""

import json
from pathlib import Path

import pytest

from benchmarks import crowd, nominations, pages, season
from benchmarks.__main__ import BENCHMARKS, main
from benchmarks.client import Browser, Unexpected, encoded, next_address, path_of
from benchmarks.load import MOST_ERRORS, drive
from benchmarks.report import Measure, table, write
from benchmarks.server import environment, free_port, serve_heroes


def test_a_target_is_met_up_to_its_own_number_and_missed_beyond() -> None:
    assert [Measure("b", "w", value, "ms", most=15).met for value in (14, 15, 15.1)] == [True, True, False]
    assert [Measure("b", "w", value, "/s", least=80).met for value in (79.9, 80, 81)] == [False, True, True]
    assert Measure("b", "w", 1, "s").met is None


def test_the_table_and_the_file_say_the_same(tmp_path: Path) -> None:
    measures = [
        Measure("nomination", "flows", 81.25, "flows/s", least=80),
        Measure("pages", "list", 26, "ms", most=25),
    ]
    lines = table(measures).splitlines()
    assert [line.split()[-1] for line in lines[1:]] == ["NOMINATION", "ok", "PAGES", "NO"]
    write(measures, tmp_path / "numbers.json", quick=True)
    kept = json.loads((tmp_path / "numbers.json").read_text())
    assert [(m["what"], m["value"], m["met"]) for m in kept["measures"]] == [
        ("flows", 81.25, True),
        ("list", 26, False),
    ]


def test_an_unknown_benchmark_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["benchmarks", "nonsense"])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 2
    assert "'nonsense'" in capsys.readouterr().err
    assert set(BENCHMARKS) == {
        "floor",
        "nomination",
        "pages",
        "builder",
        "results",
        "assignment",
        "selection",
    }


def test_every_visitor_comes_from_a_loopback_address_of_their_own() -> None:
    addresses = [next_address() for _ in range(70_000)]
    assert len(set(addresses)) == len(addresses)
    assert {address.split(".")[0] for address in addresses} == {"127"}


def test_a_load_that_only_fails_ends_early_and_tells_why() -> None:
    def fail(_: int) -> None:
        raise Unexpected("no")

    outcome = drive(fail, 1_000, 4)
    assert MOST_ERRORS <= len(outcome.errors) < MOST_ERRORS + 4
    assert set(outcome.errors) == {"Unexpected: no"}
    assert outcome.took == []


def test_a_form_is_encoded_and_a_redirect_is_read_as_browsers_do() -> None:
    assert encoded({"a b": "c&d=é"}) == b"a+b=c%26d%3D%C3%A9"
    assert path_of("http://127.0.0.1:1/x/y?z=1") == "/x/y?z=1"


@pytest.mark.slow
def test_a_nomination_goes_through_a_served_season_and_is_kept(tmp_path: Path) -> None:
    port = free_port()
    environ = environment(tmp_path, f"sqlite:///{tmp_path / 'heroes.sqlite'}", port)
    slug = season.build(environ, "open")
    address = f"/{slug}/{season.CATEGORY}/nominate"
    with serve_heroes(environ, port, tmp_path / "log") as server:
        outcome = drive(lambda n: nominations.nominate(port, address, encoded(season.nomination(n))), 4, 2)
        stranger = Browser(port)
        with pytest.raises(Unexpected, match=r"GET /nowhere/: 404 where 200"):
            stranger.get("/nowhere/")
        stranger.close()
        assert server.cpu() > 0
        assert len(server.resident()) == 2
    assert server.process.poll() is not None
    assert outcome.errors == []
    with season.opened(environ) as (_, session):
        measures = list(nominations.kept(session, set(map(str, outcome.results)), 4))
    assert {m.value for m in measures} == {0}


@pytest.mark.slow
def test_a_lost_nomination_is_noticed(tmp_path: Path) -> None:
    environ = environment(tmp_path, f"sqlite:///{tmp_path / 'heroes.sqlite'}", 80)
    season.build(environ, "open")
    with season.opened(environ) as (_, session):
        measures = list(nominations.kept(session, {"CSH-26-0001"}, 1))
    assert {m.what for m in measures if m.met} == {"references given twice"}


@pytest.mark.slow
def test_every_page_of_a_small_crowd_can_be_asked_and_stays_within_its_statements(tmp_path: Path) -> None:
    measures = list(pages.statements(tmp_path, 100))
    assert [m.what for m in measures if m.met is False] == []


@pytest.mark.slow
def test_a_crowd_has_every_row_that_its_pages_read(tmp_path: Path) -> None:
    environ = environment(tmp_path, f"sqlite:///{tmp_path / 'heroes.sqlite'}", 80)
    made = crowd.build(environ, 60)
    counted = "SELECT count(*) FROM {}"
    with season.opened(environ) as (_, session):
        connection = session.connection()
        rows = {
            name: connection.exec_driver_sql(counted.format(name)).scalar()
            for name in ("entries", "answer_sheets", "round_entries", "assignments", "entry_search")
        }
        totals = connection.exec_driver_sql("SELECT sum(count) FROM tallies WHERE kind = 'state'").scalar()
    assert rows == {
        "entries": 60, "answer_sheets": 60, "round_entries": 60, "assignments": 180, "entry_search": 60,
    }  # fmt: skip
    assert totals == len(made.entries) == 60


@pytest.mark.slow
def test_a_large_assignment_is_fair_and_no_worse_than_its_peer() -> None:
    measures = [
        m for m in BENCHMARKS["assignment"](True, None) if "CPU" not in m.unit and m.what != "ours / HiGHS"
    ]
    assert [m.what for m in measures if m.met is False] == []
    assert sum(m.met is True for m in measures) == 7
