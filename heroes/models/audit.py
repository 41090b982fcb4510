"""The audit trail: one hash chain per season, and one for what belongs to no season."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from heroes.models.base import Base, Instant, Json


class AuditChain(Base):
    """The head of a chain. Its row is locked as the last statement before a commit."""

    __tablename__ = "audit_chains"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    season_id: Mapped[int | None] = mapped_column(ForeignKey("seasons.id"), unique=True)
    length: Mapped[int] = mapped_column(default=0)
    head: Mapped[str] = mapped_column(String(64))


class AuditRecord(Base):
    """One act: who, on whose behalf, what, when, about what; the body (before, after, reason) can be erased."""

    __tablename__ = "audit_records"
    __table_args__ = (
        UniqueConstraint("chain_id", "number"),
        Index("ix_audit_records_entry", "entry_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    chain_id: Mapped[int] = mapped_column(ForeignKey("audit_chains.id"))
    number: Mapped[int]
    at: Mapped[datetime] = mapped_column(Instant)
    act: Mapped[str] = mapped_column(String(60))
    actor: Mapped[str] = mapped_column(String(80))
    actor_name: Mapped[str] = mapped_column(String(200))
    acting_as: Mapped[str] = mapped_column(String(20))
    on_behalf: Mapped[str] = mapped_column(String(200), default="")
    subject: Mapped[str] = mapped_column(String(120))
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entries.id"))
    salt: Mapped[str | None] = mapped_column(String(32))
    body: Mapped[dict[str, Any] | None] = mapped_column(Json)
    body_digest: Mapped[str] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
