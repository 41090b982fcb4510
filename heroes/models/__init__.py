"""What is kept: importing this package gathers every table. Nothing inside `models` imports it."""

from heroes.models.audit import AuditChain, AuditRecord
from heroes.models.base import Base
from heroes.models.entries import AnswerSheet, Entry, Recusal, RoundEntry, Tally
from heroes.models.installation import Installation, Programme
from heroes.models.judging import Assignment, Mark
from heroes.models.outbox import OutboxMail, RateCount
from heroes.models.people import (
    Invitation,
    Membership,
    Organisation,
    PrivateLink,
    ProgrammeRole,
    User,
    UserSession,
)
from heroes.models.runs import ResultsRun, RunLine, RunTie
from heroes.models.seasons import (
    Category,
    Criterion,
    FormVersion,
    Panel,
    PanelMember,
    Release,
    Round,
    ScoreSet,
    Season,
    SeasonCounter,
)

__all__ = [
    "AnswerSheet",
    "Assignment",
    "AuditChain",
    "AuditRecord",
    "Base",
    "Category",
    "Criterion",
    "Entry",
    "FormVersion",
    "Installation",
    "Invitation",
    "Mark",
    "Membership",
    "Organisation",
    "OutboxMail",
    "Panel",
    "PanelMember",
    "PrivateLink",
    "Programme",
    "ProgrammeRole",
    "RateCount",
    "Recusal",
    "Release",
    "ResultsRun",
    "Round",
    "RoundEntry",
    "RunLine",
    "RunTie",
    "ScoreSet",
    "Season",
    "SeasonCounter",
    "Tally",
    "User",
    "UserSession",
]
