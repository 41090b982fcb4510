"""Accounts, sessions, roles, organisations, invitations and private links."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from heroes.models.base import Base, Instant, one_of

PROGRAMME_ROLES = ("owner", "admin", "auditor")
INVITED_ROLES = ("owner", "admin", "auditor", "chair", "judge", "manager", "member")


class Organisation(Base):
    """An organisation that enters, employs nominees or judges. `name_key` is where two spellings meet."""

    __tablename__ = "organisations"
    __table_args__ = (UniqueConstraint("programme_id", "name_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"))
    handle: Mapped[str] = mapped_column(String(26), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(200))
    sector: Mapped[str] = mapped_column(String(80), default="")
    has_workspace: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy reads a plain dict)


class User(Base):
    """Somebody with an account. A judge made by an import has no e-mail and cannot sign in."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("(email IS NULL) = (email_key IS NULL)", name="email_has_key"),
        CheckConstraint("password_hash IS NULL OR email IS NOT NULL", name="password_needs_email"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    handle: Mapped[str] = mapped_column(String(26), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(254))
    email_key: Mapped[str | None] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    employer_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    reminders: Mapped[bool] = mapped_column(default=True)
    disabled_at: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)
    demo_note: Mapped[str | None] = mapped_column(String(200))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy reads a plain dict)


class UserSession(Base):
    """A signed-in browser. The cookie holds the token, the row only its hash; ending the row ends the session."""

    __tablename__ = "user_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    last_seen_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    how: Mapped[str] = mapped_column(String(20), default="")
    browser: Mapped[str] = mapped_column(String(200), default="")
    viewing_season_id: Mapped[int | None] = mapped_column(ForeignKey("seasons.id"))
    """The season that this browser looks at as somebody else, without being able to change anything."""
    viewing_as_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """Whom it looks as; nobody stands for a visitor without an account."""
    viewing_entry: Mapped[str | None] = mapped_column(String(26))
    """The handle of the entry whose private link that visitor has; no key, for a rehearsal's entries go away."""

    user: Mapped[User] = relationship(lazy="raise", foreign_keys=[user_id])


class ProgrammeRole(Base):
    """Owner, admin or auditor of one programme."""

    __tablename__ = "programme_roles"
    __table_args__ = (CheckConstraint(one_of("role", PROGRAMME_ROLES), name="role"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(20), primary_key=True)
    given_at: Mapped[datetime] = mapped_column(Instant)

    user: Mapped[User] = relationship(lazy="raise")


class Membership(Base):
    """A person's place in an organisation's workspace."""

    __tablename__ = "memberships"
    __table_args__ = (CheckConstraint(one_of("role", ("manager", "member")), name="role"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(20))
    joined_at: Mapped[datetime] = mapped_column(Instant)

    user: Mapped[User] = relationship(lazy="raise")
    organisation: Mapped[Organisation] = relationship(lazy="raise")


class Invitation(Base):
    """An invitation by mail to one role; accepted once, through a private link."""

    __tablename__ = "invitations"
    __table_args__ = (
        CheckConstraint(one_of("role", INVITED_ROLES), name="role"),
        CheckConstraint(
            "(role IN ('manager', 'member')) = (organisation_id IS NOT NULL)", name="organisation"
        ),
        CheckConstraint("(role IN ('chair', 'judge')) = (panel_id IS NOT NULL)", name="panel"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"), index=True)
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254), index=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    role: Mapped[str] = mapped_column(String(20))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    panel_id: Mapped[int | None] = mapped_column(ForeignKey("panels.id"), index=True)
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    invited_at: Mapped[datetime] = mapped_column(Instant)
    accepted_at: Mapped[datetime | None] = mapped_column(Instant)
    accepted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)


class PrivateLink(Base):
    """A link that stands for a right: 128 bits that only the mail holds; here are a nonce and the hash.

    The token is worked out from the nonce under the installation's key, so that a mail can be written again
    while a copy of the database alone opens nothing.
    """

    __tablename__ = "private_links"
    __table_args__ = (
        CheckConstraint(
            one_of("purpose", ("entry", "sign_in", "invitation", "stop_reminders")), name="purpose"
        ),
        CheckConstraint(
            "(entry_id IS NOT NULL AND user_id IS NULL AND invitation_id IS NULL)"
            " OR (entry_id IS NULL AND user_id IS NOT NULL AND invitation_id IS NULL)"
            " OR (entry_id IS NULL AND user_id IS NULL AND invitation_id IS NOT NULL)",
            name="one_subject",
        ),
        Index(None, "entry_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(20))
    nonce: Mapped[str] = mapped_column(String(32))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entries.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey("invitations.id"))
    single_use: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
