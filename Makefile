# Everything runs inside .venv, which the first command makes. uv is used where it exists, pip where not.
PYTHON ?= python3
BIN := .venv/bin
# matrices are small and processes are many: threads of the linear algebra would only wait for each other
export OPENBLAS_NUM_THREADS := 1
# two hundred test modules take as long to compile as to import: once is enough
unexport PYTHONDONTWRITEBYTECODE
STAMP := .venv/.installed

.PHONY: docs report test coverage test-slow soak doctest mutants lab lint format bench methods simulations images lock clean

report: $(STAMP)  ## Render the demo study and print the page to open
	@$(BIN)/rm-research report data/demo --out reports/demo

test: $(STAMP)  ## The fast tests
	@$(BIN)/pytest -n auto --dist worksteal -m "not slow"

coverage: $(STAMP)  ## The fast tests, and the lines of the package that none of them runs
	@$(BIN)/pytest -n auto --dist worksteal -m "not slow" --cov --cov-report=term-missing:skip-covered

test-slow: $(STAMP)  ## Long simulations and soaks, and many examples of every property
	@$(BIN)/pytest -n auto --dist worksteal -m slow

soak: $(STAMP)  ## All drawn studies and long simulations: readers who add, subtract, exchange; every property of pages
	@RM_RESEARCH_SOAK=1 $(BIN)/pytest -n auto --dist worksteal -m slow tests/disclosure tests/report \
	  tests/findings/test_pages_agree.py tests/browser tests/reporting/test_received.py tests/stats/test_factor_invariance.py

doctest: $(STAMP)  ## The examples of all public docstrings, on the demo study
	@$(BIN)/pytest -n auto --dist worksteal -m "slow or not slow" tests/test_examples.py

mutants: $(STAMP)  ## Whether a test fails for each fault put into MODULE: a sample of SAMPLE, by TESTS
	@$(BIN)/python tests/mutants.py $(MODULE) $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(TESTS),--tests $(TESTS))

lab: $(STAMP)  ## JupyterLab, with a page that lists the notebooks
	@$(BIN)/jupyter lab notebooks --LabApp.default_url="/lab/tree/start.ipynb"

lint: $(STAMP)  ## Style, types and notebooks without outputs
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/nbstripout --verify notebooks/*.ipynb

format: $(STAMP)
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(STAMP)  ## Ratios measured in one run
	@$(BIN)/python tests/bench.py
	@$(BIN)/python tests/bench_reading.py
	@$(BIN)/python tests/bench_linkage.py

methods: $(STAMP)  ## Write the tables of methods and of comparisons in docs
	@$(BIN)/python tests/methods_table.py

simulations: $(STAMP)  ## Write the table of simulations in docs/comparisons.md (minutes)
	@$(BIN)/python tests/simulated.py

docs: $(STAMP)  ## Build the documentation site in build/docs, without network
	@$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going --jobs auto -b html docs build/docs
	@echo "Open build/docs/index.html"

images: $(STAMP)  ## Take the pictures of the demo's pages in docs/images (needs Chromium)
	@$(BIN)/python tests/doc_images.py

lock:  ## Pin the newest versions the bounds allow (needs uv)
	uv pip compile pyproject.toml --extra dev --extra lab --extra docs --universal --python-version 3.11 --upgrade \
	  --no-emit-index-url --no-emit-find-links --no-annotate --no-header -o requirements.lock

$(STAMP): requirements.lock pyproject.toml
	@if command -v uv >/dev/null 2>&1; then \
	  echo "Setting up .venv with uv"; \
	  uv venv --quiet --allow-existing --python "$$(command -v $(PYTHON))" .venv && \
	  uv pip install --quiet --python $(BIN)/python -r requirements.lock && \
	  uv pip install --quiet --python $(BIN)/python --no-deps -e .; \
	else \
	  echo "Setting up .venv with pip (a few minutes the first time)"; \
	  $(PYTHON) -m venv .venv && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .; \
	fi
	@touch $@

clean:  ## Remove what make made
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache build dist docs/notebooks docs/project docs/reference/generated
