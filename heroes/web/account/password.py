"""Setting a password: the first one, another one, or a new one for one that was forgotten."""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from heroes.services import accounts
from heroes.services.refusals import Invalid
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.pipeline import context, render

blueprint = Blueprint("passwords", __name__)


@blueprint.route("/account/password", methods=["GET", "POST"])
@open_to(Access.SIGNED_IN)
def set_password() -> AnyResponse:
    """Set a password. The present one is asked for, unless a mailed link has just proved who this is."""
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            accounts.set_password(context(), request.form.get("old", ""), request.form.get("new", ""))
        except Invalid as error:
            errors = error.errors
        else:
            return redirect(url_for("accounts.account", saved=1), 303)
    asks_old = accounts.asks_old_password(context())
    return render("account/set_password.html", 422 if errors else 200, errors=errors, asks_old=asks_old)
