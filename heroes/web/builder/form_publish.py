"""Publishing a form: what changes for whom, what is written already and what becomes of it, and the press."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from heroes.domain.clocks import in_utc
from heroes.domain.policy import Deed
from heroes.models.seasons import Season
from heroes.services import form_publishing
from heroes.services.form_publishing import Change, Published
from heroes.services.permission import staff_season
from heroes.services.refusals import Invalid
from heroes.web.builder.blueprint import blueprint
from heroes.web.builder.forms import design_to_see, form_frame
from heroes.web.builder.saving import CALM, Trouble, save, seen_version
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context, render

DUE_IN = timedelta(days=7)


@blueprint.route("/forms/<key>/publish", methods=["GET", "POST"])
@open_to(Access.ADMIN)
def publish_form(season_slug: str, key: str) -> AnyResponse:
    """Say what publishing would change, and publish."""
    if request.method == "GET":
        return _page(season_slug, key, CALM)
    typed = request.form
    asking = typed.get("ask") == "1"

    done: list[Published] = []

    def do() -> None:
        due = (
            _instant(typed.get("due", ""), staff_season(context(), season_slug, Deed.SET_UP))
            if asking
            else None
        )
        published = form_publishing.publish(
            context(),
            season_slug,
            key,
            seen_version(),
            move_drafts=typed.get("drafts") != "stay",
            ask=asking,
            message=typed.get("message", ""),
            due_at=due,
        )
        done.append(published)

    answer = save(do, lambda trouble: _page(season_slug, key, trouble), "")
    if not done:
        return answer
    said = "published" if done[0].categories else "same"
    return redirect(url_for("builder.form", season_slug=season_slug, key=key, done=said), 303)


def _instant(text: str, season: Season) -> datetime | None:
    """A wall-clock time in the season's zone; None for nothing. Raises `Invalid` for what is no time."""
    if not text.strip():
        return None
    try:
        return in_utc(datetime.fromisoformat(text.strip()), season.timezone)
    except ValueError as error:
        skipped = "skip" in str(error)
        sentence = f"{str(error).capitalize()}." if skipped else "Write a date and a time: 2027-05-29 17:00."
        raise Invalid({"due": sentence}) from error


def _page(season_slug: str, key: str, trouble: Trouble) -> Response:
    season = staff_season(context(), season_slug, Deed.SET_UP)
    design = design_to_see(season, key)
    plan = form_publishing.plan(context(), season, design)
    typed = {name: request.form.get(name, "") for name in ("drafts", "ask", "message", "due")}
    if trouble is CALM:
        due = (context().now + DUE_IN).astimezone(ZoneInfo(season.timezone))
        typed |= {"drafts": "move", "due": f"{due:%Y-%m-%d}T17:00"}
    opened = season.opened_at is not None
    return render(
        "builder/form_publish.html",
        trouble.status,
        **form_frame(season),
        design=design,
        plan=plan,
        groups=_groups(plan.changes),
        written=form_publishing.written(context(), season, plan.changes) if opened else None,
        trouble=trouble,
        typed=typed,
        back=url_for("builder.form", season_slug=season_slug, key=key),
    )


def _groups(changes: Sequence[Change]) -> list[SimpleNamespace]:
    """Categories for which the same changes are said once."""
    found: dict[tuple[str, ...], list[str]] = {}
    for change in changes:
        said = change.differences or ("It is worded or ordered a little differently.",)
        found.setdefault(said, []).append(change.category.name)
    return [SimpleNamespace(names=names, said=said) for said, names in found.items()]
