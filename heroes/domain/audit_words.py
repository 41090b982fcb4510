"""How the audit trail's acts are said to people: "Adam Admin shortlisted CSH-26-0042"."""

from heroes.domain.entry_states import Act

ACT_WORDS: dict[str, str] = {
    f"entry.{Act.START.value}": "began",
    f"entry.{Act.SUBMIT.value}": "sent",
    f"entry.{Act.RETURN.value}": "sent back with a question",
    f"entry.{Act.RESUBMIT.value}": "sent again",
    f"entry.{Act.WITHDRAW.value}": "withdrew",
    f"entry.{Act.RESTORE.value}": "took up again",
    f"entry.{Act.REINSTATE.value}": "reinstated",
    f"entry.{Act.DISQUALIFY.value}": "found ineligible",
    f"entry.{Act.SHORTLIST.value}": "shortlisted",
    f"entry.{Act.NOT_SHORTLIST.value}": "decided not to shortlist",
    f"entry.{Act.RECONSIDER.value}": "took back the shortlist decision on",
    f"entry.{Act.AWARD.value}": "awarded",
    f"entry.{Act.NOT_AWARD.value}": "made a finalist of",
    f"entry.{Act.REVOKE.value}": "took back the award decision on",
    "entry.admit": "took on to the next round",
    "entry.conflict": "declared a connection with",
    "entry.erase": "erased the words of",
    "entry.reminders": "changed the reminders about",
    "entry.screen": "screened",
    "entry.share": "shared",
    "entry.unshare": "took back a link to",
    "import.marks": "imported marks into",
    "invitation.accept": "accepted",
    "invitation.resend": "sent again",
    "invitation.send": "sent",
    "invitation.withdraw": "took back",
    "judge.employer": "set the employer of",
    "judging.assign": "assigned a judge to",
    "judging.deal": "dealt judges to",
    "judging.lift_recusal": "lifted a recusal from",
    "judging.recuse": "recused a judge from",
    "judging.remove": "took a judge off",
    "mail.retry": "had mails tried again for",
    "panel.remove": "took off a panel",
    "release.outcomes": "released",
    "release.part": "gave a release of its own to",
    "release.plan": "planned the release of",
    "release.refuse": "could not release",
    "release.rejoin": "put back under the season's release",
    "release.shortlist": "released",
    "round.open": "opened the round",
    "round.skip": "skipped the round",
    "scorecard.submit": "submitted a scorecard for",
    "season.load": "set up",
}
"""Act of a season's trail -> what somebody did, to stand between their name and the subject."""


def act_words(act: str) -> str:
    """An act in words; one without words of its own is said as it is kept."""
    return ACT_WORDS.get(act, act.replace("_", " ").replace(".", ": ", 1))
