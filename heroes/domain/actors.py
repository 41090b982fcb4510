"""Who acts. Always handed over as an argument, never fetched from the surroundings."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts: a person with or without an account, an import, or the clock.

    `links` are the ids of the private links that this visitor has opened; whether one still opens anything is
    looked up each time. `address` is where the request came from, for rate limits only. `looks_into` is the season, not
    open yet, that a member of its staff looks at with this actor's eyes.
    """

    kind: Literal["person", "import", "system"] = "person"
    user_id: int | None = None
    name: str = ""
    email_key: str = ""
    links: frozenset[int] = frozenset()
    session_id: int | None = None
    address: str = ""
    looks_into: int | None = None

    @property
    def label(self) -> str:
        """How the audit trail names the actor: user:12, visitor, import or system."""
        if self.kind != "person":
            return self.kind
        return f"user:{self.user_id}" if self.user_id is not None else "visitor"


SYSTEM = Actor(kind="system", name="The clock")
IMPORT = Actor(kind="import", name="Import")
