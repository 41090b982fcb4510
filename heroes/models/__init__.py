"""What is kept: importing this package gathers every table. Nothing inside `models` imports it."""

from heroes.models.audit import AuditChain, AuditRecord
from heroes.models.base import Base
from heroes.models.entries import AnswerSheet, Entry, Recusal, RoundEntry, Tally
from heroes.models.installation import Installation, Picture, Programme, Proof
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
    FormDesign,
    FormVersion,
    Panel,
    PanelMember,
    Release,
    Round,
    RuleCard,
    ScoreSet,
    ScoreSetDesign,
    Season,
    SeasonCounter,
    Slot,
    Undertaking,
    Visits,
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
    "FormDesign",
    "FormVersion",
    "Installation",
    "Invitation",
    "Mark",
    "Membership",
    "Organisation",
    "OutboxMail",
    "Panel",
    "PanelMember",
    "Picture",
    "PrivateLink",
    "Programme",
    "ProgrammeRole",
    "Proof",
    "RateCount",
    "Recusal",
    "Release",
    "ResultsRun",
    "Round",
    "RoundEntry",
    "RuleCard",
    "RunLine",
    "RunTie",
    "ScoreSet",
    "ScoreSetDesign",
    "Season",
    "SeasonCounter",
    "Slot",
    "Tally",
    "Undertaking",
    "User",
    "UserSession",
    "Visits",
]
