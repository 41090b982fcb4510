"""The installation itself and the programmes it runs."""

from datetime import datetime

from sqlalchemy import CheckConstraint, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from heroes.models.base import Base, Instant, Json


class Installation(Base):
    """One row. A database marked as demo allows one-click accounts and is refused by `serve`."""

    __tablename__ = "installation"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Instant)


class Programme(Base):
    """An awards programme of one awarding body; its seasons repeat it year by year."""

    __tablename__ = "programmes"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(String(200))
    contact: Mapped[str] = mapped_column(String(254), default="")
    sectors: Mapped[list[str]] = mapped_column(Json, default=list)
    about: Mapped[str] = mapped_column(Text, default="")
    words: Mapped[dict[str, str]] = mapped_column(Json, default=dict, server_default="{}")
    """The programme's own words for the field's terms (see heroes.domain.terms); empty for the house's."""
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy reads a plain dict)


class Picture(Base):
    """A picture that we drew again from an upload, kept under the SHA-256 of its bytes."""

    __tablename__ = "pictures"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(40))
    width: Mapped[int]
    height: Mapped[int]
    data: Mapped[bytes] = mapped_column(LargeBinary)


class Proof(Base):
    """The last time that something was seen to work: "mail" delivered, a "backup" made, one "restored"."""

    __tablename__ = "proofs"

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    detail: Mapped[str] = mapped_column(Text, default="")
