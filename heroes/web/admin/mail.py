"""The admin room: mail that was owed, and what became of it."""

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from heroes.domain.notices import NOTICES
from heroes.domain.policy import Deed, may
from heroes.models.mail_pages import MOST_COUNTED, TABS
from heroes.services import delivering
from heroes.web.admin.blueprint import blueprint, room
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context, render, viewer

TAB_WORDS = {"stuck": "Stuck", "waiting": "Waiting", "sent": "Sent", "cancelled": "No longer wanted"}


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None


_NAMES = {
    "audit_head": "The audit trail’s head",
    "draft_erasure": "Notice of erasure",
    "draft_kept": "Link to the draft",
    "judge_dealt": "Entries to judge",
    "judge_reminder": "Reminder to a judge",
    "links": "Private links",
    "password_changed": "Password changed",
    "scorecard_again": "Scorecards to complete",
    "shared": "Asked for help",
    "sign_in": "Sign-in link",
    "slot": "Time to present",
}


def mail_word(template: str) -> str:
    """What staff call a kind of mail."""
    return _NAMES.get(template, template.replace("_", " ").capitalize())


@blueprint.get("/<season_slug>/mail")
@open_to(Access.STAFF)
def mail(season_slug: str) -> Response:
    """Mails by state, the newest first; an address narrows them down."""
    tab = request.args.get("state", "stuck")
    tab = tab if tab in TABS else "stuck"
    address = request.args.get("address", "").replace("\0", "").strip()[:254]
    before = _number(request.args.get("before", ""))
    season, page = delivering.mail_list(context(), season_slug, tab, address, before)
    person = viewer()
    assert person is not None

    def here(**values: object) -> str:
        given = {"state": tab, "address": address or None} | values
        return url_for("admin.mail", season_slug=season.slug, **given)  # type: ignore[arg-type] # a query takes anything

    return render(
        "admin/mail.html",
        room=room(season, "mail"),
        season=season,
        page=page,
        tab=tab,
        address=address,
        groups=[(TAB_WORDS[name], here(state=name), page.counts[name], name == tab) for name in TABS],
        most=MOST_COUNTED,
        kinds=NOTICES,
        mail_word=mail_word,
        older=here(before=page.next) if page.next else "",
        newest=here() if before is not None else "",
        may_retry=may(Deed.RETRY_MAIL, person.found.staff),
        tried=_number(request.args.get("tried", "")),
    )


@blueprint.post("/<season_slug>/mail/retry")
@open_to(Access.ADMIN)
def retry_mail(season_slug: str) -> AnyResponse:
    """Have the chosen mails tried again now."""
    numbers = [number for text in request.form.getlist("mail") if (number := _number(text)) is not None]
    tried = delivering.retry(context(), season_slug, numbers)
    return redirect(url_for("admin.mail", season_slug=season_slug, state="waiting", tried=tried), 303)
