"""lock_plan: what a study declares, written down before its answers are known."""

import os
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from rm_research.errors import StudyError
from rm_research.study import Study, read_study
from rm_research.study.locking import FILE, LockedPlan, plan_of


def lock_plan(study: Study | str | Path, *, again: bool = False) -> LockedPlan:
    """
    Lock what a study declares: write it into plan.toml in its folder, with a hash and today's date (UTC).

    Reports then say which analyses were planned, what was changed since, and whether the plan says that it is older
    than the first later answer. No survey data are read, so this works before there are any.

    Parameters
    ----------
    study : Study or path
        The study, or its folder, which must be writable.
    again : bool
        Whether to lock a plan in the place of an earlier one, which is kept in the file.

    Returns
    -------
    LockedPlan
        Where nothing, the title included, differs from the plan that is there, that one, unchanged.

    Raises
    ------
    StudyError
        When there is a plan already, something in study.toml is still marked, or the file cannot be written.

    Examples
    --------
    >>> import shutil
    >>> folder = shutil.copytree("data/demo", "data/locked", dirs_exist_ok=True)
    >>> plan = rm.lock_plan(folder, again=True)
    >>> plan.rules["outcomes"]
    ['inclusion', 'engagement', 'adaptability']
    >>> rm.read_study(folder).plan.hash == plan.hash
    True
    """
    known = study if isinstance(study, Study) else read_study(study)
    known = known.as_declared("Plans").varied({})  # refuses files that changed since they were read
    if known.marks:
        raise StudyError(*(mark.sentence for mark in known.marks), heading="The study is not ready to be locked")
    plan, kept = plan_of(known, datetime.now(UTC).date()), known.plan
    if kept is not None:
        if not again:
            raise StudyError(
                f"{FILE} in {known.path} is a plan that says it was locked on {kept.locked}. To lock what the study "
                "declares now, give --again (in Python again=True); the earlier plan is kept in the file."
            )
        if kept.title == known.title and not kept.differences(known):
            return kept
        plan = replace(plan, earlier=(*kept.earlier, kept))
    _write(known.path / FILE, plan.text(), anew=kept is None)
    return plan


def _write(path: Path, text: str, *, anew: bool) -> None:
    """Write a plan whole or not at all; one that another process has just written is not replaced."""
    part = None
    try:
        handle, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
        os.chmod(part, 0o644)
        if anew:
            _put_new(part, path)
        else:
            os.replace(part, path)
    except FileExistsError as error:
        raise StudyError(f"{path} is there already. Run the command again.") from error
    except OSError as error:
        raise StudyError(f"{path} cannot be written ({error.strerror}). Make the study's folder writable.") from error
    finally:
        if part is not None and os.path.exists(part):
            os.unlink(part)


def _put_new(part: str, path: Path) -> None:
    """Put a whole file where there is none yet; raises FileExistsError where another process was faster."""
    try:
        os.link(part, path)  # a link, unlike a rename, never replaces
    except FileExistsError:
        raise
    except OSError:  # some file systems have no links: take the name, which only one process can, and then replace it
        path.touch(exist_ok=False)
        try:
            os.replace(part, path)
        except OSError:
            path.unlink()
            raise
