"""Every public docstring has an example, and each runs on the demo study as it stands there."""

import doctest
import inspect
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

import rm_research as rm

DEMO = Path(__file__).parents[1] / "data" / "demo"
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def documented() -> Iterator[tuple[str, object]]:
    """Every public name, and every public method of the public classes."""
    for name in rm.__all__:
        of = getattr(rm, name)
        yield name, of
        if inspect.isclass(of):
            for method, function in vars(of).items():
                if inspect.isfunction(function) and not method.startswith("_"):
                    yield f"{name}.{method}", function


DOCUMENTED = dict(documented())


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    """What examples know: `rm`, and the demo study, read and prepared."""
    home, before = tmp_path_factory.mktemp("examples"), Path.cwd()
    shutil.copytree(DEMO, home / "data" / "demo", ignore=shutil.ignore_patterns(".rm_research"))
    os.chdir(home)
    study = rm.read_study("data/demo")
    yield {"rm": rm, "study": study, "prepared": rm.prepare_study(study)}
    os.chdir(before)


@pytest.mark.parametrize("name", DOCUMENTED)
def test_each_public_docstring_has_an_example_in_its_last_section(name):
    text = inspect.cleandoc(DOCUMENTED[name].__doc__)
    assert "\nExamples\n--------\n>>> " in text
    assert doctest.DocTestParser().get_examples(text.rpartition("\nExamples\n--------\n")[2])


@pytest.mark.slow
@pytest.mark.parametrize("name", DOCUMENTED)
def test_each_example_gives_what_it_says(name, names, capsys):
    (test,) = doctest.DocTestFinder(recurse=False).find(DOCUMENTED[name], name, globs=dict(names))
    found = doctest.DocTestRunner(optionflags=FLAGS).run(test, clear_globs=True)
    plt.close("all")
    assert found.attempted
    assert not found.failed, capsys.readouterr().out


def test_the_module_says_which_verb_answers_which_question():
    missing = [name for name in rm.__all__ if name not in rm.__doc__]
    assert missing == []


@pytest.mark.slow
def test_the_example_of_the_module_runs(names):
    (test,) = doctest.DocTestFinder(recurse=False).find(rm, "rm_research", globs={})
    assert not doctest.DocTestRunner(optionflags=FLAGS).run(test).failed
    plt.close("all")
