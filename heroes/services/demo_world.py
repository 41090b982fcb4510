"""What the builders of the demo season hand to each other."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from heroes.domain.actors import Actor
from heroes.models.people import Organisation, User
from heroes.models.seasons import Season
from heroes.services.accounts import actor_of
from heroes.services.context import Context


@dataclass(slots=True)
class Demo:
    """The season being built, its people by their keys, and what the files say of the judges (by address)."""

    ctx: Context
    today: datetime
    season: Season
    organisations: dict[str, Organisation] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    members: dict[str, User] = field(default_factory=dict)
    judges: dict[str, dict[str, Any]] = field(default_factory=dict)
    comments: dict[str, list[str]] = field(default_factory=dict)
    finals: set[int] = field(default_factory=set)
    said: dict[int, int] = field(default_factory=dict)

    def at(self, when: datetime, who: User | None = None) -> Context:
        """Somebody acting at a moment of the past; without an account, a visitor."""
        actor = actor_of(who) if who is not None else Actor(address="192.0.2.10")
        return replace(self.ctx, now=min(when, self.today), actor=actor, submissions_per_hour=10_000)
