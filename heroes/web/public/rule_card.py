"""The rule card: what a season is judged by, its fingerprint, and every version that it had. For everybody."""

from types import SimpleNamespace

from flask import Response, make_response

from heroes.domain.digests import canonical
from heroes.domain.rule_card import KINDS, SHOWN, changes, instant
from heroes.models import rule_pages as read
from heroes.models.database import current_session
from heroes.models.seasons import RuleCard, Season
from heroes.services.refusals import NotFound
from heroes.services.rule_cards import body_of
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context, render
from heroes.web.kit.season_facts import season_nav
from heroes.web.public.pages import blueprint, season_or_404


@blueprint.get("/<season_slug>/rule-card")
@open_to(Access.EVERYBODY)
def rule_card(season_slug: str) -> Response:
    """The rules in force, and what every version changed, by whom and why.

    Before the season is opened its staff read here what would be frozen.
    """
    season = season_or_404(season_slug)
    return _page(season, None)


@blueprint.get("/<season_slug>/rule-card/<int:number>")
@open_to(Access.EVERYBODY)
def rule_card_version(season_slug: str, number: int) -> Response:
    """The rules as an earlier version had them."""
    return _page(season_or_404(season_slug), number)


def _page(season: Season, number: int | None) -> Response:
    versions = read.versions(current_session(), season.id)
    found = next((one.card for one in versions if number in (None, one.card.number)), None)
    if found is None and (versions or number is not None or season.opened_at is not None):
        raise NotFound
    body = found.body if found is not None else body_of(context(), season)
    before = [one.card.body for one in versions[1:]]
    return render(
        "public/rule_card.html",
        season=season,
        card=found,
        body=body,
        newest=versions[0].card if versions else None,
        versions=[
            SimpleNamespace(
                card=one.card,
                who=one.who,
                changes=changes(earlier, one.card.body) if earlier is not None else (),
            )
            for one, earlier in zip(versions, [*before, None], strict=True)
        ]
        if versions
        else [],
        at=lambda value: instant(value, body["timezone"]),
        kinds=KINDS,
        shown=SHOWN,
        nav=season_nav(season, "rules"),
    )


@blueprint.get("/<season_slug>/rule-card.json")
@open_to(Access.EVERYBODY)
def rule_card_file(season_slug: str) -> Response:
    """The rule card in force as a file: exactly the bytes that its fingerprint is the SHA-256 of."""
    return _file(season_or_404(season_slug), None)


@blueprint.get("/<season_slug>/rule-card/<int:number>.json")
@open_to(Access.EVERYBODY)
def rule_card_version_file(season_slug: str, number: int) -> Response:
    """A version of the rule card as such a file."""
    return _file(season_or_404(season_slug), number)


def _file(season: Season, number: int | None) -> Response:
    card: RuleCard | None = read.version(current_session(), season.id, number)
    if card is None:
        raise NotFound
    response = make_response(canonical(card.body))
    response.mimetype = "application/json"
    name = f"rule-card-{season.slug}-{card.number}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Rule-Card"] = card.digest
    return response
