"""What gives a season its look: style sheets made from a colour, and logos. The same for everybody, and for ever.

A style sheet follows from the colour in its address and from nothing else, and a picture's address is the digest of its
bytes: neither tells anybody of a season, open or not.
"""

import re

from flask import Blueprint, Response, make_response, request
from sqlalchemy import select

from heroes.models.database import current_session
from heroes.models.installation import Picture
from heroes.services.refusals import NotFound
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.look import sheet_of

blueprint = Blueprint("looks", __name__)

FOR_EVER = "public, max-age=31536000, immutable"
_DIGEST = re.compile(r"[0-9a-f]{64}")


@blueprint.get("/look/<accent>.css")
@open_to(Access.EVERYBODY)
def sheet(accent: str) -> Response:
    """The style sheet of a colour that can be read; nothing for any other."""
    text, digest = sheet_of(f"#{accent}")
    if not text:
        raise NotFound
    response = make_response(text)
    response.mimetype = "text/css"
    response.headers["Cache-Control"] = FOR_EVER if request.args.get("v") == digest else "no-cache"
    return response


@blueprint.get("/picture/<digest>.png")
@open_to(Access.EVERYBODY)
def picture(digest: str) -> Response:
    """A picture that we drew ourselves. Whatever it were taken for, it could load and do nothing."""
    found = (
        current_session().scalar(select(Picture).where(Picture.digest == digest))
        if _DIGEST.fullmatch(digest)
        else None
    )
    if found is None:
        raise NotFound
    response = make_response(found.data)
    response.mimetype = found.media_type
    response.headers["Cache-Control"] = FOR_EVER
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    response.headers["Content-Disposition"] = "inline"
    return response
