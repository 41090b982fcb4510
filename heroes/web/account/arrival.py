"""Giving a browser its session, however somebody has proved who they are."""

from flask import session
from flask_login import login_user

from heroes.services import accounts
from heroes.web.kit.pipeline import Viewer, context


def begin(signed: accounts.SignedIn) -> None:
    """Give the browser the new session's token. Links that this browser has opened stay open."""
    found = accounts.session_user(context(), signed.token)
    assert found is not None
    login_user(Viewer(found[0], found[1], signed.token))
    session.permanent = True
