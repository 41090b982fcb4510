"""The judge room: how one's own marks lie beside the panel's, from results that are done; nobody else's name."""

from types import SimpleNamespace

from flask import Response

from heroes.domain.counting import JudgeStanding
from heroes.models import judge_pages as read
from heroes.models.database import current_session
from heroes.services.reporting import OwnPart, own_parts
from heroes.services.undertaking import waits
from heroes.web.judge.pages import blueprint, room
from heroes.web.kit import result_charts
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context, render, set_site

ENOUGH = 5
"""From so many scorecards on it is said how evenly somebody marks."""


@blueprint.get("/mine")
@open_to(Access.JUDGE)
def own_marks() -> Response:
    """Each round that is over for this judge: their leniency in words, how their totals spread, and how many."""
    ctx, session = context(), current_session()
    season = read.season_of_judge(session, ctx.actor.user_id or 0)
    assert season is not None
    set_site(season, season.programme)
    return render(
        "judge/own.html",
        parts=[_shown(part) for part in own_parts(ctx)],
        terms_wait=season.slug if waits(ctx, season) else "",
        room=room(False, mine=True),
    )


def _shown(part: OwnPart) -> SimpleNamespace:
    own = part.own
    return SimpleNamespace(
        season=part.season,
        category=part.category.name,
        round=part.round.name,
        anchor=f"round-{part.round.id}",
        computed_at=part.computed_at,
        reviews=own.reviews,
        leniency=leniency_said(own),
        how_sure=None if own.leniency is None or own.leniency_se is None else f"{2 * own.leniency_se:.1f}",
        mean=own.mean,
        spread=own.spread,
        steady=steady_said(own),
        picture=result_charts.leniency([own], {own.judge: "You"}),
        totals=part.totals,
    )


def leniency_said(own: JudgeStanding) -> str:
    """How strict or mild somebody marks, and that it harms nobody."""
    if own.leniency is None:
        return "There are too few scorecards to compare your marks with your colleagues’."
    which = result_charts.side(own.leniency, own.leniency_se or 0.0)
    if not which:
        return "You mark about as your colleagues do on the same entries."
    return (
        f"You mark {abs(own.leniency):.1f} points {which} than your colleagues on the same entries. That is no fault,"
        " and it is taken out of a calibrated result, so that no entry gains or loses by having been given to you."
    )


def steady_said(own: JudgeStanding) -> str:
    """How well somebody's marks go together with the others', beyond being strict or mild; empty for a few."""
    if own.fit is None or own.reviews < ENOUGH:
        return ""
    if own.fit > 2:
        return (
            "Beyond that, your marks often part from what the others saw. It may be worth reading the scale’s words"
            " again."
        )
    if own.fit < 0.5:
        return "Beyond that, your marks lie very close to what the others saw."
    return "Beyond that, your marks differ from the others’ as much as is usual."
