# Everything a clone needs: python3 (3.11 or newer) and make. `make help` lists the targets.
PYTHON ?= python3
UV_VERSION = 0.13.9
BIN = .venv/bin
SBOM = sbom.cdx.json
READY = .venv/.ready
# Three processes for the two cores of the smallest CI machine: tests wait for servers and programs a
# third of their time.
JOBS ?= 3

export UV_PYTHON_DOWNLOADS = never
# Empty means: keep compiled modules, whatever the machine's environment says. Without them each child
# process compiles the SDK anew, a second each.
export PYTHONDONTWRITEBYTECODE =
export MELTANO_SEND_ANONYMOUS_USAGE_STATS = false

.DEFAULT_GOAL = help
.PHONY: help setup demo test check soak bench docs examples fresh echarts package sbom audit clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "python3 is $$($(PYTHON) --version 2>&1); 3.11 or newer is needed: make PYTHON=python3.11 setup" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || \
	  { echo "python3 cannot make virtual environments here; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	$(BIN)/uv sync --locked --quiet
	@touch $(READY)

setup: $(READY)  ## the virtual environment .venv, exactly as locked

demo: $(READY)  ## sandbox to PostgreSQL and back, end to end, in a few minutes
	$(BIN)/python -m demo

test: $(READY)  ## all tests but the long figures
	$(BIN)/pytest -n $(JOBS) --dist loadgroup -m "not soak"

soak: $(READY)  ## the reliability figures in full; long
	$(BIN)/pytest -m soak --timeout 3600

check: $(READY)  ## ruff, mypy --strict, import-linter, lock file
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/uv lock --locked --quiet --default-index https://pypi.org/simple
	$(BIN)/python -m tools.lockcheck uv.lock

bench: $(READY)  ## the speed and memory figures, as a table
	$(BIN)/python -m benchmarks

examples: $(READY)  ## the examples with Meltano, Dagster and Airflow, each in its environment
	$(BIN)/pytest -n 2 --dist loadgroup tests/examples --timeout 3600

# SUITE=sid tries the Python that comes next: nothing here keeps a newer one out.
fresh:  ## check, test and demo in a bare Debian testing; as root, with debootstrap
	tools/fresh.sh

echarts:  ## the report's chart library, built from npm's Apache ECharts (needs node and npm)
	cd tools/echarts && npm install --no-package-lock --silent && npx esbuild entry.js --bundle --minify --format=iife \
	  --global-name=echarts --target=es2020 --outfile=../../hootsuite_cli/report/static/echarts.min.js
	cp tools/echarts/node_modules/echarts/LICENSE hootsuite_cli/report/static/echarts.LICENSE
	sha256sum hootsuite_cli/report/static/echarts.min.js  # belongs into echarts.json

package: sbom  ## sdist and wheel in dist/, and the SBOM beside it
	rm -rf dist
	$(BIN)/uv build --out-dir dist

sbom: $(READY)  ## what a release installs, as CycloneDX
	$(BIN)/uv export --quiet --locked --no-dev --all-extras --format cyclonedx1.5 --preview-features sbom-export \
	  --output-file $(SBOM)

# Strict, since a package that the service does not know would otherwise count as clean; without markers,
# since pip-audit leaves out what this Python would not install; from a file, since a failing export at the
# head of a pipe would be an empty list, which is clean.
audit: $(READY)  ## known vulnerabilities of everything locked; asks pypi.org
	$(BIN)/uv export --quiet --locked --no-emit-project --all-extras --all-groups --output-file .venv/locked.txt
	sed 's/ ;.*/ \\/' .venv/locked.txt | \
	  $(BIN)/pip-audit --strict --disable-pip --require-hashes --requirement /dev/stdin

clean:  ## everything that the targets above made
	rm -rf .venv .meltano .demo .examples dist sbom.cdx.json output warehouse.duckdb* .pytest_cache .mypy_cache .ruff_cache .hypothesis
