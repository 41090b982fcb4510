"""Every mail that heroes sends, declared once: docs/notices.md, the outbox and the templates read this table."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Notice:
    """One kind of mail: its subject (with {names} from the values), to whom, when, and whether it can be stopped."""

    subject: str
    to: str
    when: str
    stoppable: bool = False


NOTICES: dict[str, Notice] = {
    "draft_kept": Notice(
        "Your draft for {category} is kept", "nominator", "a nomination is saved for the first time"
    ),
    "receipt": Notice("Your nomination {reference}", "entrant", "an entry is submitted, or sent in again"),
    "returned": Notice("A question about {reference}", "entrant", "an admin sends an entry back"),
    "withdrawn": Notice("{reference} has been withdrawn", "entrant", "an entry is withdrawn"),
    "ineligible": Notice("About {reference}", "entrant", "an entry is found ineligible"),
    "reinstated": Notice("{reference} is back in", "entrant", "an entry is reinstated"),
    "shortlisted": Notice(
        "{title} has been shortlisted", "entrant", "the shortlist is released and the entry is on it"
    ),
    "not_shortlisted": Notice(
        "News about {reference}", "entrant", "the shortlist is released and the entry is not on it"
    ),
    "slot": Notice(
        "When {title} presents",
        "entrant",
        "the shortlist is out, and the time of its live presentation is given, changed or taken back",
    ),
    "awarded": Notice("{title}: {level}", "entrant", "the outcomes are released and the entry is awarded"),
    "finalist": Notice(
        "{title}: finalist", "entrant", "the outcomes are released and the entry is a finalist"
    ),
    "working_towards": Notice(
        "{title}: working towards {level}",
        "entrant",
        "the outcomes of a benchmark category are released and the entry has not reached it",
    ),
    "correction": Notice(
        "A correction about {reference}", "entrant", "a released decision is taken back by an owner"
    ),
    "links": Notice("Your private links", "nominator", "somebody asks for the links of an address"),
    "shared": Notice("{who} asks for your help with a nomination", "collaborator", "an entry is shared"),
    "sign_in": Notice("Your sign-in link", "user", "somebody asks for a sign-in link"),
    "password_changed": Notice("Your password was changed", "user", "a password is set or changed"),
    "invitation": Notice("{programme} invites you", "invited person", "somebody is invited to a role"),
    "draft_reminder": Notice(
        "Your draft for {category} is waiting",
        "entrant",
        "7 days, 2 days and 6 hours before the close",
        stoppable=True,
    ),
    "draft_erasure": Notice(
        "Your draft for {category} will be erased",
        "entrant",
        "a month before a draft that was never sent is erased, eleven months after the close",
    ),
    "dates_moved": Notice(
        "A new date: {what}",
        "entrants with drafts, judges with scorecards to do",
        "an admin moves a deadline of theirs",
        stoppable=True,
    ),
    "judge_dealt": Notice(
        "Entries to judge: {count}", "judge", "entries are dealt to a judge", stoppable=True
    ),
    "judge_reminder": Notice(
        "Scorecards still to do: {count}",
        "judge",
        "7 days, 2 days and 6 hours before a round closes",
        stoppable=True,
    ),
    "scorecard_again": Notice(
        "Scorecards to complete: {count}",
        "judge",
        "a correction of the score set asks for marks that a scorecard does not have",
    ),
    "release_refused": Notice(
        "The release could not go out",
        "owners and admins",
        "a release that was set for an instant is refused",
    ),
    "test_mail": Notice("Mail works", "admin", "somebody asks for a test mail before opening a season"),
    "audit_head": Notice("Audit head of {season}", "auditors", "once a day"),
}
