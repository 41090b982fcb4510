"""The generated pages are fresh and say everything that the tables say."""

from pathlib import Path

from click.testing import CliRunner

from heroes.cli.docs import docs
from heroes.domain.entry_states import RULES, Act, State
from heroes.domain.generated_docs import pages, permissions, states
from heroes.domain.notices import NOTICES
from heroes.domain.policy import DEEDS, Deed

FOLDER = Path(__file__).parents[2] / "docs"


def test_the_generated_pages_are_fresh() -> None:
    kept = {name: (FOLDER / name).read_text(encoding="utf-8") for name in pages()}
    assert kept == pages(), "run: python -m heroes docs"


def rows(page: str) -> list[str]:
    """The first cell of every row of a page's tables, without the heads."""
    lines = [line for line in page.splitlines() if line.startswith("| ")]
    return [
        line.split(" | ")[0].removeprefix("| ")
        for line, after in zip(lines, [*lines[1:], ""], strict=True)
        if not line.startswith("| ---") and not after.startswith("| ---")
    ]


def test_every_row_of_the_tables_is_on_its_page() -> None:
    acts = [act.value.replace("_", " ") for act in Act]
    deeds = [deed.value.replace("_", " ") for deed in Deed]
    assert rows(states()) == acts
    assert rows(permissions()) == acts + deeds
    assert set(Deed) == set(DEEDS)
    assert rows(pages()["notices.md"]) == [f"`{name}`" for name in NOTICES]


def test_the_diagram_has_every_arrow() -> None:
    arrows = {line.strip() for line in states().splitlines() if "-->" in line}
    expected = {
        f"{source.value if source else '[*]'} --> {rule.target.value}: {act.value.replace('_', ' ')}"
        for act, rule in RULES.items()
        for source in rule.sources
    }
    assert arrows == expected
    assert {State(arrow.split(" --> ")[1].split(":")[0]) for arrow in arrows} == set(State)


def test_the_command_writes_what_is_stale_and_checks_without_writing(tmp_path: Path) -> None:
    run = CliRunner().invoke
    folder = tmp_path / "docs"
    checked = run(docs, ["--folder", str(folder), "--check"])
    assert (checked.exit_code, folder.exists()) == (1, False)
    assert checked.output.count("\n") == 1
    assert run(docs, ["--folder", str(folder)]).exit_code == 0
    assert {p.name: p.read_text(encoding="utf-8") for p in folder.iterdir()} == pages()
    assert run(docs, ["--folder", str(folder), "--check"]).exit_code == 0
    (folder / "states.md").write_text("stale", encoding="utf-8")
    assert run(docs, ["--folder", str(folder), "--check"]).exit_code == 1
