"""The roles of a new study: which of them mentors, and what each is called in study files."""

from collections.abc import Sequence

from rm_research.errors import SelectionError
from rm_research.study.instruments import LEADER, MENTOR
from rm_research.study.wording import suggest

KNOWN = (LEADER, MENTOR, "participant")  # roles that pages have words for


def asks_who_mentors(names: Sequence[str]) -> bool:
    """Whether the names of roles leave open which of them mentors."""
    return MENTOR not in names and not set(names) <= {*KNOWN}


def roles_by_name(names: Sequence[str], mentor: str | None) -> dict[str, str]:
    """
    Role of each name in study files: who mentors is the mentor there, and who is mentored the leader.

    Only these two are pairs, and have questions and words of their own.

    Raises
    ------
    SelectionError
        When it is not clear who mentors, or who is mentored.
    """
    if mentor is None and asks_who_mentors(names):
        raise SelectionError(
            f"Which role mentors: {' or '.join(names)}? Say it with --mentor. Without one who mentors, call the roles "
            "leader or participant."
        )
    if mentor is not None and mentor not in names:
        raise SelectionError(f"--mentor {mentor!r} is none of the roles; {suggest(mentor, names)}")
    if mentor is not None and mentor != MENTOR and MENTOR in names:
        raise SelectionError(f"A role is called mentor already; leave out --mentor {mentor!r}, or rename that role.")
    if mentor == LEADER:
        raise SelectionError("Who is called leader is mentored; give the role that mentors another name.")
    mentor = mentor or (MENTOR if MENTOR in names else None)
    roles = {name: MENTOR if name == mentor else name for name in names}
    if mentor is not None and LEADER not in roles.values():
        others = [name for name in names if name != mentor]
        if len(others) > 1:
            raise SelectionError(f"Which of the roles {' and '.join(others)} is mentored? Call that one leader.")
        roles |= dict.fromkeys(others, LEADER)
    return roles
