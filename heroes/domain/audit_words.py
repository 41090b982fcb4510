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
    "account.disable": "disabled the account",
    "account.enable": "enabled the account",
    "account.end_sessions": "ended every other session of",
    "account.password": "set the password of",
    "account.reminders": "changed the reminders to",
    "account.sign_in": "signed in as",
    "account.sign_out": "signed out as",
    "category.add": "added the category",
    "category.change": "changed the category",
    "category.move": "moved the category",
    "category.outcome": "changed the outcome rule of",
    "category.remove": "took away the category",
    "entry.erase": "erased the words of",
    "entry.reminders": "changed the reminders about",
    "entry.screen": "screened",
    "entry.share": "shared",
    "entry.unshare": "took back a link to",
    "form.add": "added the",
    "form.delete": "took away the",
    "form.edit": "changed the",
    "form.publish": "published the",
    "form.settle": "named and gave categories to the",
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
    "judging.wave": "dealt further judges to",
    "mail.prove": "asked for a test mail about",
    "mail.retry": "had mails tried again for",
    "organisation.remove": "took out of a workspace",
    "organisation.role": "changed the workspace role of",
    "panel.add": "added the panel",
    "panel.delete": "took away the panel",
    "panel.remove": "took off a panel",
    "panel.rename": "renamed the panel",
    "programme.begin": "began the programme",
    "release.outcomes": "released the outcomes:",
    "release.part": "gave a release of its own to",
    "release.plan": "planned the release of",
    "release.refuse": "could not release",
    "release.rejoin": "put back under the season's release",
    "release.shortlist": "released the shortlist:",
    "results.export": "exported the results of",
    "results.run": "computed the results of",
    "role.remove": "took away a role of",
    "round.add": "added the round",
    "round.change": "changed the round",
    "round.copy": "gave other categories the rounds of",
    "round.move": "moved the round",
    "round.open": "opened the round",
    "round.remove": "took away the round",
    "round.share": "said how much each round counts in",
    "round.skip": "skipped the round",
    "rules.freeze": "froze the rules of",
    "scorecards.correct": "corrected",
    "scorecards.create": "began",
    "scorecards.delete": "took away",
    "scorecards.edit": "changed",
    "scorecards.publish": "published",
    "scorecard.submit": "submitted a scorecard for",
    "season.clear": "took away what was tried in",
    "season.end": "ended",
    "season.load": "set up",
    "season.look": "changed the look of",
    "season.programme": "described the programme of",
    "season.open": "opened",
    "season.rehearse": "began to rehearse",
    "season.retime": "moved dates of",
    "season.season": "described",
    "season.start": "started",
    "season.texts": "changed the texts of",
    "season.words": "gave words of its own to",
    "slot.assign": "gave a time to",
    "slot.clear": "took back the time of",
    "slot.make": "made times in the round",
    "slot.remove": "took away a time of the round",
    "terms.accept": "accepted the terms of",
    "view.start": "began to look at the site as",
    "view.stop": "stopped looking at the site as",
}
"""Act of the trail -> what somebody did, to stand between their name and the subject."""


OUTSIDE_SEASONS = ("account.", "organisation.", "programme.", "role.")
"""How acts begin that only the installation's own trail holds."""

_OF_IT: dict[str, str] = {
    f"entry.{Act.START.value}": "started it",
    f"entry.{Act.RETURN.value}": "sent it back with a question",
    f"entry.{Act.RESUBMIT.value}": "sent it in again",
    f"entry.{Act.SUBMIT.value}": "submitted it",
    f"entry.{Act.RESTORE.value}": "took it up again as a draft",
    f"entry.{Act.DISQUALIFY.value}": "found it ineligible",
    f"entry.{Act.NOT_SHORTLIST.value}": "did not shortlist it",
    f"entry.{Act.RECONSIDER.value}": "took the shortlist decision back",
    f"entry.{Act.NOT_AWARD.value}": "made it a finalist",
    f"entry.{Act.REVOKE.value}": "took the award decision back",
    "entry.erase": "erased its words",
    "entry.reminders": "turned its reminders on or off",
    "entry.share": "shared it",
}
"""Where "it" belongs inside the words; anywhere else it comes last."""


def of_it(act: str) -> str:
    """What somebody did, on a page that names the entry once: "submitted a scorecard for it"."""
    return _OF_IT.get(act) or f"{act_words(act)} it"


def news(what: str) -> str:
    """What the faster of two people did: an act, with its kind or without, or words that are ready to be shown."""
    act = what if what in ACT_WORDS else f"entry.{what}"
    return of_it(act) if act in ACT_WORDS else what


def act_words(act: str) -> str:
    """An act in words; one without words of its own is said as it is kept."""
    return ACT_WORDS.get(act, act.replace("_", " ").replace(".", ": ", 1))
