"""Pages of the documentation that are written from the tables, so that they cannot say anything else."""

from heroes.domain.entry_states import ENDED_SEASON_ACTS, NEED_WORDS, RULES, TERMINAL, Act, Need, Rule, State
from heroes.domain.notices import NOTICES
from heroes.domain.policy import DEEDS, Deed, may
from heroes.domain.roles import ROLE_WORDS, Role, with_implied

NOTE = "Written by `python -m heroes docs` from the tables in `heroes/domain`; do not edit by hand.\n"
_BESIDE = frozenset({Role.IMPORT, Role.SYSTEM})
_OWNERS = (
    "- An owner may do what an admin may. Nobody acts on an entry that they entered, are named in, or are recused"
    " from, except as its entrant."
)
_RELATIVE = (
    "Roles are relative to the thing at hand: a judge is one on the entry’s panel, a member belongs to the"
    " organisation that entered. What an act needs besides the role is in [states.md](states.md).\n"
)


def pages() -> dict[str, str]:
    """File name -> text of every generated page."""
    return {"states.md": states(), "permissions.md": permissions(), "notices.md": notices()}


def states() -> str:
    """The states of an entry, the acts between them, and what each act needs."""
    rows = [
        [
            _plain(act),
            ", ".join(_plain(s) if s else "–" for s in _ordered(rule)),
            _plain(rule.target),
            _who(rule.who),
            _listed([NEED_WORDS[need] for need in rule.needs]) or "–",
        ]
        for act, rule in RULES.items()
    ]
    still = _listed([_plain(act) for act in Act if act in ENDED_SEASON_ACTS])
    last = _listed([_plain(state) for state in State if state in TERMINAL])
    return "\n".join(
        [
            "# The states of an entry\n",
            NOTE,
            f"```mermaid\n{_diagram()}\n```\n",
            _table(["act", "from", "to", "who", "needs"], rows),
            _OWNERS,
            f"- In an ended season only an owner’s {still} still work.",
            f"- Nothing more is to be decided about an entry that is {last}.",
            "- Outcomes are released when that holds for every entry of their categories.",
            "",
        ]
    )


def permissions() -> str:
    """Who may do what: the acts of the state machine and the deeds beside it, role by role."""
    roles = [role for role in Role if role not in _BESIDE]
    heads = [ROLE_WORDS[role] for role in roles]
    acts = [[_plain(act), *(_tick(may_act(rule, role)) for role in roles)] for act, rule in RULES.items()]
    deeds = [
        [_plain(deed), *(_tick(may(deed, frozenset({role}))) for role in roles)]
        for deed in Deed
        if deed in DEEDS
    ]
    return "\n".join(
        [
            "# Permissions\n",
            NOTE,
            _RELATIVE,
            "## What moves an entry\n",
            _table(["act", *heads], acts),
            "## Everything else\n",
            _table(["deed", *heads], deeds),
        ]
    )


def notices() -> str:
    """Every mail: what it is called, who gets it, when, and whether it can be stopped."""
    rows = [
        [f"`{name}`", notice.subject, notice.to, notice.when, "yes" if notice.stoppable else "no"]
        for name, notice in NOTICES.items()
    ]
    return "\n".join(
        ["# Mails\n", NOTE, _table(["template", "subject", "goes to", "sent when", "can be stopped"], rows)]
    )


def may_act(rule: Rule, role: Role) -> bool:
    """Whether a role, or one that it includes, is among those of a rule."""
    return bool(rule.who & with_implied(frozenset({role})))


def _diagram() -> str:
    lines = ["stateDiagram-v2", "    direction LR"]
    lines += [
        f"    {source.value if source else '[*]'} --> {rule.target.value}: {_plain(act)}"
        for act, rule in RULES.items()
        for source in _ordered(rule)
    ]
    return "\n".join(lines)


def _ordered(rule: Rule) -> list[State | None]:
    order: list[State | None] = [None, *State]
    return [state for state in order if state in rule.sources]


def _who(roles: frozenset[Role]) -> str:
    return _listed([ROLE_WORDS[role].lower() for role in Role if role in roles])


def _plain(name: State | Act | Deed | Need) -> str:
    return name.value.replace("_", " ")


def _listed(words: list[str]) -> str:
    return "; ".join(words) if any("," in word for word in words) else ", ".join(words)


def _tick(yes: bool) -> str:
    return "yes" if yes else "–"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines) + "\n"
