"""The blueprint of the nominator room, which several modules put their pages on."""

from flask import Blueprint

blueprint = Blueprint("nominator", __name__)
