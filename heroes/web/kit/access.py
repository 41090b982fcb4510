"""Who may use an endpoint: declared on the view, enforced before it runs, walked by a test as every role.

This is the outer gate. What may be done to one thing is decided in the service, what may be seen in visibility.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


class Access(StrEnum):
    """The kinds of people that an endpoint is for."""

    EVERYBODY = "everybody"
    SIGNED_IN = "signed in"
    ORGANISATION = "organisation"
    JUDGE = "judge"
    STAFF = "staff"
    ADMIN = "admin"
    OWNER = "owner"


def open_to(access: Access) -> Callable[[View], View]:
    """Declare who a view is for. An endpoint without this stops the start of the program."""

    def declare(view: View) -> View:
        view.heroes_access = access  # type: ignore[attr-defined] # a mark on the function, read by access_of
        return view

    return declare


def access_of(view: Callable[..., Any]) -> Access | None:
    """What a view was declared with."""
    return getattr(view, "heroes_access", None)
