"""What a service is given: the session, who acts, when, and where random bits and keys come from."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from heroes.adapters.chance import Chance, SystemChance
from heroes.domain.actors import Actor


@dataclass(frozen=True, slots=True)
class Keys:
    """Secrets that are not in the database: one for private links, one for the audit trail."""

    links: bytes
    audit: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Context:
    """One request, command or job. `now` is its one instant: a request counts from its arrival."""

    session: Session
    actor: Actor
    now: datetime
    keys: Keys
    chance: Chance = field(default_factory=SystemChance)
    base_url: str = "http://localhost"
    submissions_per_hour: int = 300

    def acting(self, actor: Actor) -> "Context":
        """The same moment with somebody else acting."""
        return replace(self, actor=actor)
