"""The admin room: why an entry has the score it has, from what each judge gave to where it stands."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from flask import Response, request

from heroes.domain.counting import METHODS, Criterion, JudgeTotal, Standing, Variances
from heroes.domain.counting.explaining import why as explained
from heroes.models import result_pages as read
from heroes.models.database import current_session
from heroes.services.boards import points_of
from heroes.services.reporting import EntryReport, entry_report
from heroes.services.standing_apart import beside_entry
from heroes.web.admin.blueprint import blueprint, room
from heroes.web.admin.board_words import SURPRISING
from heroes.web.admin.leaderboard import touched_by_changes
from heroes.web.admin.ties import said_of
from heroes.web.kit import result_charts
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context, render


@blueprint.get("/<season_slug>/results/<category_slug>/<round_slug>/why/<entry_handle>")
@open_to(Access.STAFF)
def why(season_slug: str, category_slug: str, round_slug: str, entry_handle: str) -> Response:
    """An entry's score step by step, in words, as a picture and as a table; the formulas one click away."""
    asked = request.args.get("method", "")
    found = entry_report(
        context(),
        season_slug,
        category_slug,
        round_slug,
        entry_handle,
        asked if asked in METHODS else None,
    )
    board, one = found.board, found.standing
    assert board.run is not None
    apart, reasons = beside_entry(context(), board.round.id, found.entry.id)
    return render(
        "admin/why.html",
        room=room(board.season, "results"),
        season=board.season,
        category=board.category,
        round=board.round,
        entry=found.entry,
        one=one,
        run=board.run,
        stale=touched_by_changes(board)[0],
        digest=board.digest,
        asked=asked if asked in METHODS else "",
        method=METHODS[board.standings.method],
        rules=board.standings.rules,
        places=board.run.places,
        points=points_of(board.criteria, one.score),
        between=result_charts.between(one),
        sure=result_charts.chance(one.chance_of_place),
        sentences=explained(one.explanation, found.judges) if one.explanation else (),
        picture=_picture(one, found),
        adjusted=one.explanation is not None,
        criteria=board.criteria,
        judges=[_judge(given, found) for given in _in_order(found)],
        panel=_panel(one, board.criteria),
        flags=[flag[0].upper() + flag[1:] for flag in one.flags],
        tie=[said_of(step, _titles(one, board.round.id)) for step in one.tie],
        apart=apart,
        reasons=reasons,
        formula=_formula(one, board.standings.variances),
        blend=board.blend,
    )


def _titles(one: Standing, round_id: int) -> dict[str, str]:
    if not one.tie:
        return {}
    return {label: title for label, (title, _) in read.titles_in_round(current_session(), round_id).items()}


def _in_order(found: EntryReport) -> list[JudgeTotal]:
    return sorted(found.standing.judges, key=lambda one: (found.judges.get(one.judge, ""), one.judge))


def _picture(one: Standing, found: EntryReport) -> result_charts.Steps | None:
    known = one.explanation
    if known is None or not known.reviews:
        return None
    reviews = [
        (found.judges.get(review.judge, review.judge), review.gave, review.counts_as)
        for review in known.reviews
    ]
    return result_charts.steps(reviews, known.average, known.field_mean, known.score)


def _judge(given: JudgeTotal, found: EntryReport) -> SimpleNamespace:
    known = found.standing.explanation
    mine = next((r for r in known.reviews if r.judge == given.judge), None) if known else None
    said = []
    if not given.counted:
        said.append("not counted: fewer than half the weight")
    elif given.partial:
        said.append("gaps filled from the other marks")
    if given.surprise is not None and abs(given.surprise) > SURPRISING:
        said.append("far from what the other scorecards suggest: read it again")
    compared = ""
    if mine is not None:
        side = "above" if mine.leniency > 0 else "below"
        compared = f"{abs(mine.leniency):.1f} {side}" if abs(mine.leniency) >= 0.05 else "as they do"
    return SimpleNamespace(
        name=found.judges.get(given.judge, given.judge),
        said=said,
        marks=[None if text is None else Decimal(text) for text in _marks(given.judge, found)],
        score=given.score,
        compared=compared,
        counts_as=None if mine is None else mine.counts_as,
        points=points_of(found.board.criteria, given.score),
    )


def _marks(judge: str, found: EntryReport) -> list[str | None]:
    return list(found.marks.get(judge) or [None] * len(found.board.criteria))


def _panel(one: Standing, criteria: tuple[Criterion, ...]) -> list[Any]:
    known = {value.criterion: value for value in one.criteria}
    nothing = SimpleNamespace(value=None, dropped=())
    return [known.get(criterion.name, nothing) for criterion in criteria]


def _formula(one: Standing, variances: Variances | None) -> SimpleNamespace | None:
    known = one.explanation
    if known is None or variances is None:
        return None
    count = len(known.reviews)
    return SimpleNamespace(
        mean=f"{variances.mean:.4f}",
        lq=f"{variances.lq:.4f}",
        lb=f"{variances.lb:.4f}",
        here=(
            f"{known.field_mean:.4f} + {count} ÷ ({count} + {variances.lq:.4f}) × ({known.average:.4f}"
            f" − {known.field_mean:.4f}) = {known.score:.4f}"
        ),
    )
