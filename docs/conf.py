"""Settings of the documentation site: `make docs` writes it to build/docs, without network."""

import re
import tomllib
from functools import partial
from pathlib import Path

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx
from sphinx.highlighting import lexers

HERE, ROOT = Path(__file__).parent, Path(__file__).parents[1]
LINK = re.compile(r"\]\(([^)\s]+)\)")
# files that stand elsewhere in the project, and the names of their pages
PROJECT = {
    "CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing.md", "SECURITY.md": "security.md",
    "tests/reference/README.md": "reference-numbers.md",
}  # fmt: skip
DESK = ("tutorial", "explore", "measurement", "process", "robustness", "own_model", "own_notebook")

project = "rm_research"
author = "The rm_research authors"
copyright = author
release = version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "numpydoc", "sphinx_design"]
source_suffix = {".rst": "restructuredtext", ".md": "myst-nb", ".ipynb": "myst-nb"}
nitpicky = False
templates_path = ["_templates"]

# pages link to headings as they do where the files are read one by one
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence", "deflist"]

# each page with code is run from the folder it stands in, and a cell that fails fails the build
nb_execution_mode = "cache"
nb_execution_cache_path = str(ROOT / "build" / "executed")
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_execution_timeout = 300
nb_merge_streams = True
nb_ipywidgets_js = {}  # menus work in JupyterLab alone; pages load nothing from elsewhere

autosummary_generate = True
autodoc_typehints = "none"
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

html_theme = "pydata_sphinx_theme"
html_title = "rm_research"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_sidebars = {"gallery": [], "start": []}
html_theme_options = {
    "show_prev_next": False,
    "navbar_align": "left",
    "header_links_before_dropdown": 6,
    "footer_start": ["copyright"],
    "footer_end": [],
}


lexers["csv"] = TextLexer()  # study files are shown as they are


def _desk_notebooks() -> None:
    """Put the desk notebooks where Sphinx looks for pages: they are kept once, in notebooks/."""
    pages = HERE / "notebooks"
    pages.mkdir(exist_ok=True)
    for name in DESK:
        cells = (ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8")
        moved = cells.replace("../data/demo", "../../data/demo").replace("](../docs/", "](../")
        (pages / f"{name}.ipynb").write_text(moved, encoding="utf-8")


def _files_of_the_project() -> None:
    """Put the files at the root of the project where Sphinx looks for pages, with links that hold there."""
    pages = HERE / "project"
    pages.mkdir(exist_ok=True)
    for file, page in PROJECT.items():
        text = (ROOT / file).read_text(encoding="utf-8")
        moved = LINK.sub(partial(_from_project, (ROOT / file).parent), text)
        (pages / page).write_text(moved, encoding="utf-8")


def _from_project(folder: Path, link: re.Match[str]) -> str:
    """A link of a file in this folder of the project, as it is written in docs/project."""
    path, mark, anchor = link[1].partition("#")
    if "://" in link[1] or not path:
        return link[0]
    target = (folder / path).resolve().relative_to(ROOT).as_posix()
    if target in PROJECT:
        moved = PROJECT[target]
    else:
        moved = f"../{target.removeprefix('docs/')}" if target.startswith("docs/") else f"../../{target}"
    return f"]({moved}{mark}{anchor})"


def _to_project(app: Sphinx, docname: str, source: list[str]) -> None:
    """Let links from docs/ to files of the project, and to notebooks, lead to their pages."""
    if docname.startswith(("project/", "notebooks/")):
        return
    up = "../" * docname.count("/")
    for file, page in (PROJECT | {"notebooks/": "../notebooks/"}).items():
        source[0] = source[0].replace(f"](../{up}{file}", f"]({up}project/{page}")


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    _desk_notebooks()
    _files_of_the_project()
    app.connect("source-read", _to_project)
