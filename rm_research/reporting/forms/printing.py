"""A page printed by a headless browser: tagged, unfolded, without network access or traces of the machine."""

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rm_research.errors import ReportError
from rm_research.reporting.apart import finished_apart
from rm_research.temporary import run_folder

BROWSER = "RM_RESEARCH_CHROMIUM"  # environment variable: the browser to use instead of those on the path
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LIMIT = 120  # seconds for one page
QUIET = (
    "--headless", "--disable-gpu", "--disable-dev-shm-usage", "--disable-extensions", "--disable-default-apps",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-breakpad",
    "--no-first-run", "--no-default-browser-check", "--no-pings", "--host-resolver-rules=MAP * ~NOTFOUND",
    "--user-agent=rm_research",  # the PDF names it as its creator; otherwise it would name browser and platform
    "--no-pdf-header-footer", "--print-to-pdf-no-header",  # the second is an older name of the first
    "--export-tagged-pdf", "--generate-pdf-document-outline",
)  # fmt: skip
# a relative link would be printed as an address on this machine
WITHOUT_LINKS = """<script>
document.querySelectorAll("a[href]").forEach(a => a.getAttribute("href").startsWith("#") || a.removeAttribute("href"));
</script>
"""
NAME = re.compile(rb"\(node(\d{8})\)")  # of an element that a tagged PDF refers to
SAID, FAULT = "said.txt", "fault.txt"  # what the browser printed; why it was not run to its end
ALWAYS = "D:19800101000000+00'00'"  # time of every PDF, so that it says nothing


class PrintError(ReportError):
    """A page that could not be printed."""


def found_browser(option: str = "--pdf") -> Path:
    """
    Browser that prints pages.

    Parameters
    ----------
    option : str
        What it is needed for.

    Raises
    ------
    ReportError
        When no browser is found.
    """
    named = os.environ.get(BROWSER)
    for name in [named] if named else BROWSERS:
        # Windows looks in the working folder too, which may be one that somebody sent
        if (place := shutil.which(name)) and (named or Path(place).is_absolute()):
            return Path(place)
    if named:
        raise ReportError(f"{BROWSER} names {named}, which is not a program. Set it to the path of Chromium or Chrome.")
    raise ReportError(
        f"{option} needs Chromium or Google Chrome, and neither was found. Install one (on Debian and Ubuntu: "
        f"sudo apt install chromium), or set {BROWSER} to its path."
    )


def printed(page: Path, title: str, browser: Path) -> bytes:
    """
    PDF of a page that stands in a file; see `printed_html`.

    Parameters
    ----------
    page : Path
        HTML that needs nothing beside it.
    title : str
    browser : Path
    """
    return printed_html(page.read_text(encoding="utf-8"), title, browser)


def printed_html(html: str, title: str, browser: Path) -> bytes:
    """
    PDF of a page.

    Parameters
    ----------
    html : str
        It needs no other file.
    title : str
        Title of the page; a PDF with another title shows a message of the browser instead of this page.
    browser : Path

    Raises
    ------
    PrintError
        When the browser cannot be started, takes too long or prints something else.
    """
    with tempfile.TemporaryDirectory(dir=run_folder(), ignore_cleanup_errors=True) as name:
        place = Path(name)
        (place / "page.html").write_text(html.replace("</body>", f"{WITHOUT_LINKS}</body>"), encoding="utf-8")
        said = _run(browser, place)
        pdf = place / "page.pdf"
        if not pdf.is_file():
            raise PrintError(f"{browser} printed nothing. {said}".strip())
        content = pdf.read_bytes()
    if title_of(content).split() != title.split():  # browsers collapse white space
        raise PrintError(f"{browser} did not print this page. Is it allowed to read {tempfile.gettempdir()}?")
    return with_usual_names(without_dates(content))


def _run(browser: Path, place: Path) -> str:
    """Run the browser with a folder as its home; return the last line that it printed."""
    command = [
        str(browser), *QUIET, f"--user-data-dir={place / 'profile'}", f"--print-to-pdf={place / 'page.pdf'}",
        *(["--no-sandbox"] if _is_root() else []), (place / "page.html").as_uri(),
    ]  # fmt: skip
    finished_apart(_browse, command, place, LIMIT, folder=place)
    if (place / FAULT).is_file():
        raise PrintError(f"{browser} {(place / FAULT).read_text(encoding='utf-8')}")
    said = (place / SAID).read_text(encoding="utf-8", errors="replace") if (place / SAID).is_file() else ""
    return next((line.strip() for line in reversed(said.split("\n")) if line.strip()), "")


def _browse(command: list[str], place: Path, limit: float) -> None:
    """Run the browser; called in a process apart, whose end is the browser's, and that of all it started."""
    homes = dict.fromkeys(("XDG_CONFIG_HOME", "XDG_CACHE_HOME"), str(place))  # or it leaves traces in the user's
    with (place / SAID).open("wb") as said:
        try:
            subprocess.run(  # noqa: S603  # the user's own browser
                command, env=os.environ | homes, stdin=subprocess.DEVNULL, stdout=said, stderr=said, timeout=limit,
                check=False,
            )  # fmt: skip
        except OSError as error:
            fault = f"cannot be started ({error.strerror})."
        except subprocess.TimeoutExpired:
            fault = f"was stopped: it had not printed the page after {limit} seconds."
        else:
            return
    (place / FAULT).write_text(fault, encoding="utf-8")


def _is_root() -> bool:
    """Whether we are root, for whom Chromium starts only without its sandbox."""
    return sys.platform != "win32" and os.geteuid() == 0


def title_of(pdf: bytes) -> str:
    """Title of a PDF; '' if it has none or is not a PDF."""
    from pypdf import PdfReader  # here and below: only printing needs it
    from pypdf.errors import PyPdfError

    try:
        metadata = PdfReader(io.BytesIO(pdf), strict=True).metadata
    except PyPdfError:
        return ""
    return (metadata and metadata.title) or ""


def n_sheets(pdf: bytes) -> int:
    """Count the sheets of a PDF."""
    from pypdf import PdfReader

    return len(PdfReader(io.BytesIO(pdf)).pages)


def without_dates(pdf: bytes) -> bytes:
    """PDF with its times set to a fixed one; everything else stays, including tags and outline."""
    from pypdf import PdfWriter

    writer, written = PdfWriter(clone_from=io.BytesIO(pdf)), io.BytesIO()
    writer.add_metadata({"/CreationDate": ALWAYS, "/ModDate": ALWAYS})
    writer.write(written)
    return written.getvalue()


def with_usual_names(pdf: bytes) -> bytes:
    """PDF whose elements are numbered from 0, in their order: a browser's numbers depend on how busy the machine is."""
    rank = {name: place for place, name in enumerate(sorted(set(NAME.findall(pdf))))}
    return NAME.sub(lambda found: b"(node%08d)" % rank[found[1]], pdf)
