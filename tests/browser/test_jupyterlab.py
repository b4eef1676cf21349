"""Notebooks as researchers use them: in a JupyterLab of its own, every cell run, and a menu moved."""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page

ROOT = Path(__file__).parents[2]
DESK = ("tutorial", "explore", "measurement", "process", "robustness", "own_model", "own_notebook")
WITH_MENUS = ("explore", "measurement")
LONG = 240_000  # milliseconds that all cells of a notebook may take on a machine that does other things, too
PANEL = "jupyterapp.shell.currentWidget"
CELLS = f"{PANEL}.content.model.sharedModel.toJSON().cells.filter(cell => cell.cell_type === 'code')"
KERNEL = f"{PANEL}.sessionContext.session?.kernel"

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.slow]


@dataclass(frozen=True)
class Server:
    """Where a JupyterLab listens, and the token that it asks for."""

    port: int
    token: str

    def address(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}?reset&token={self.token}"

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(self.address("api"), timeout=5):  # noqa: S310
                return True
        except (urllib.error.URLError, OSError):
            return False


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A JupyterLab on copies of the notebooks and the demo study, with settings of its own; it ends with the tests."""
    pytest.importorskip("jupyterlab", reason="JupyterLab is not installed; the extra is called lab")
    folder = tmp_path_factory.mktemp("lab")
    for name in ("notebooks", "data"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns(".*"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server = Server(free.getsockname()[1], secrets.token_hex(16))
    own = {f"JUPYTER_{kind}_DIR": str(folder / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
    own |= {"IPYTHONDIR": str(folder / "ipython"), "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    words = ["-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={server.port}",
             "--ServerApp.port_retries=0", "--LabApp.default_url=/lab/tree/start.ipynb",
             "--LabApp.expose_app_in_browser=True", "notebooks"]  # fmt: skip
    with (folder / "log.txt").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, *words], cwd=folder, env={**os.environ, **own, "JUPYTER_TOKEN": server.token},
            stdout=log, stderr=log,
        )  # fmt: skip
        try:
            until = time.monotonic() + 120
            while not server.answers():
                assert process.poll() is None, (folder / "log.txt").read_text()
                assert time.monotonic() < until, "JupyterLab does not answer"
                time.sleep(0.3)
            yield server
        finally:
            process.terminate()
            process.wait(30)


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(60_000)
    yield page
    context.close()


def opened(page: Page, lab: Server, name: str) -> Locator:
    """A notebook, opened at its own address, whose kernel listens: cells that are run before are not run at all."""
    page.goto(lab.address(f"lab/workspaces/{name}/tree/{name}.ipynb"))
    panel = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    panel.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']").wait_for()
    page.wait_for_function(f"{KERNEL}?.connectionStatus === 'connected' && {KERNEL}?.status === 'idle'")
    page.wait_for_function(f"{PANEL}.sessionContext.isReady && {PANEL}.sessionContext.kernelDisplayStatus === 'idle'")
    return panel


def run_all(page: Page) -> list[dict[str, Any]]:
    """Run all cells from the menu; return the cells with code once the kernel has nothing left to do."""
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    # cells out of sight are not on the page, so that what became of them is asked of JupyterLab
    page.wait_for_function(
        f"""() => {{
            const code = {CELLS};
            return {KERNEL}?.status === "idle"
                && (code.every(cell => cell.execution_count) || code.some(cell => cell.outputs.some(
                    output => output.output_type === "error")));
        }}""",
        timeout=LONG, polling=500,
    )  # fmt: skip
    return page.evaluate(CELLS)


def faults(cells: list[dict[str, Any]]) -> list[str]:
    """Errors, and whatever was written where warnings go."""
    outputs = [output for cell in cells for output in cell["outputs"]]
    return [str(output) for output in outputs if output["output_type"] == "error" or output.get("name") == "stderr"]


def pictures(cell: Locator) -> list[str]:
    return cell.locator(".jp-RenderedImage img").evaluate_all("images => images.map(image => image.src)")


@pytest.mark.parametrize("name", DESK)
def test_every_cell_runs_and_none_complains(lab, page, name):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    panel = opened(page, lab, name)
    cells = run_all(page)
    assert faults(cells) == []
    assert all(cell["execution_count"] for cell in cells)
    assert sum(bool(cell["outputs"]) for cell in cells) > 2
    assert [url for url in asked if not url.startswith((f"http://127.0.0.1:{lab.port}/", "data:", "blob:"))] == []
    if name in WITH_MENUS:
        _moved(page, panel)


def _moved(page: Page, panel: Locator) -> None:
    """Pick another scale above the first picture that has such a menu: the picture is another one then."""
    cell = panel.locator(".jp-CodeCell", has=page.locator(".widget-dropdown"))
    cell = cell.filter(has=page.locator(".jp-RenderedImage")).first
    cell.scroll_into_view_if_needed()
    menu = cell.locator(".widget-dropdown", has_text="Scale").locator("select")
    before, scales = pictures(cell), menu.locator("option").all_text_contents()
    assert len(before) == 1
    assert set(cell.locator("select option:checked").all_text_contents()) & {"all"}
    menu.select_option(label=scales[-1])
    page.wait_for_function("([old]) => ![...document.images].some(image => image.src === old)", arg=before)
    after = pictures(cell)
    assert len(after) == 1
    assert after != before
    assert faults(page.evaluate(CELLS)) == []


def test_the_start_page_leads_to_every_notebook(lab, page):
    page.goto(lab.address(""))  # as `make lab` opens it
    start = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    start.locator(".jp-RenderedMarkdown h1").wait_for()
    assert page.url.endswith("/lab/tree/start.ipynb")
    start.get_by_role("link", name="Explore").click()
    page.get_by_role("heading", name="Explore the answers").wait_for()
