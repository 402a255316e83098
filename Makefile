# Everything sets itself up: Python >= 3.11 and Rust are all that is needed.
PYTHON ?= python3
ENVS := .envs
DEV := $(ENVS)/dev/bin
UPSTREAM := $(ENVS)/upstream/bin
NETCDF3 := $(ENVS)/netcdf3/bin
PIP := -m pip install --quiet --disable-pip-version-check

SOURCES := Cargo.toml Cargo.lock pyproject.toml README.md $(shell find rust python -name '*.rs' -o -name '*.py' -o -name '*.pyi')

# Targets of Rust that `make wheel` builds wheels for beside that of this machine (`rustup target add` brings them).
TARGETS :=

# Seconds that each target of the fuzzer runs.
SECONDS := 60
FUZZ := archive member classic hdf5 json pack collection

.PHONY: help docs docs-links wheel licenses demo test test-quick test-versions test-object-store test-upstream-suite check bench bench-quick instructions models fuzz clean

help:
	@echo "make demo         open a real file, store it again, check it, draw a picture"
	@echo "make test         all tests: Rust, Python, and against the real scikit-neuromsi"
	@echo "make test-quick   Rust's and Python's without scikit-neuromsi and without those marked slow"
	@echo "make test-versions  tests without scikit-neuromsi, on all Pythons and with other dependencies"
	@echo "make test-object-store  reading from an object store, as moto serves one"
	@echo "make test-upstream-suite  scikit-neuromsi's own tests, without and with patch()"
	@echo "make check        formatters, linters, types, stubs"
	@echo "make bench        store and open times against upstream and peers"
	@echo "make bench-quick  the same in two minutes"
	@echo "make instructions   instructions that a small result takes (needs valgrind)"
	@echo "make fuzz         libFuzzer on every target for SECONDS each (needs a nightly Rust and cargo-fuzz)"
	@echo "make models       what comes back of every shipped model: docs/models.md"
	@echo "make docs         the site: docs/_build/html"
	@echo "make docs-links   whether the links of the site lead anywhere (needs the net)"
	@echo "make wheel        a wheel for old systems and an sdist, audited, and each installed and tried;"
	@echo "                  TARGETS=x86_64-unknown-linux-musl adds wheels that are not tried"
	@echo "make licenses     licences of what is linked into the wheel: THIRD-PARTY-LICENSES.txt"
	@echo "make clean        remove environments and builds"

demo: $(ENVS)/dev/.ready
	@$(DEV)/python examples/demo.py

test: $(ENVS)/dev/.ready $(ENVS)/upstream/.ready $(ENVS)/netcdf3/.ready
	cargo test --quiet
	$(DEV)/python -m pytest --quiet --ignore=tests/upstream
	NETCDF3_PYTHON=$(abspath $(NETCDF3))/python $(UPSTREAM)/python -m pytest --quiet tests/upstream

test-quick: $(ENVS)/dev/.ready
	cargo test --quiet
	$(DEV)/python -m pytest --quiet --ignore=tests/upstream -m "not slow"

# Every Python of this machine, the lowest dependencies that pyproject.toml declares, and pandas 2.
test-versions: $(ENVS)/wheel/.built
	$(DEV)/python scripts/versions.py $(ENVS)/wheel/*.whl $(ENVS)/versions

# Without the modules the file is skipped, and pytest fails where it finds no test.
test-object-store: $(ENVS)/object-store/.ready
	$(ENVS)/object-store/bin/python -m pytest --quiet tests/remote/test_object_store.py

# scikit-neuromsi's own tests, without and with `patch()`.
test-upstream-suite: $(ENVS)/upstream/.ready
	$(UPSTREAM)/python scripts/upstream_suite.py

check: $(ENVS)/dev/.ready
	cargo fmt --check
	cargo clippy --quiet --all-targets -- -D warnings
	cargo clippy --quiet --all-targets --features python -- -D warnings
	$(DEV)/ruff format --check
	$(DEV)/ruff check
	$(DEV)/mypy
	$(DEV)/python -m mypy.stubtest skneuromsi_io._native
	$(DEV)/python scripts/licenses.py --check
	$(DEV)/python -m pytest --quiet tests/typing

bench: $(ENVS)/upstream/.ready
	$(UPSTREAM)/python benches/bench.py

bench-quick: $(ENVS)/upstream/.ready
	$(UPSTREAM)/python benches/bench.py --quick

instructions: $(ENVS)/upstream/.ready
	@command -v valgrind > /dev/null || { echo "needs: valgrind"; exit 1; }
	$(UPSTREAM)/python benches/instructions.py

fuzz:
	@cargo +nightly fuzz --version || { echo "needs: rustup toolchain install nightly; cargo install cargo-fuzz --locked"; exit 1; }
	cargo run --quiet --release --manifest-path fuzz/Cargo.toml --example seeds fuzz/corpus
	for target in $(FUZZ); do \
	  cargo +nightly fuzz run $$target -- -max_total_time=$(SECONDS) -timeout=5 -max_len=32768 \
	    -rss_limit_mb=1024 -malloc_limit_mb=1024 -dict=fuzz/dictionary.txt || exit 1; \
	done

models: $(ENVS)/upstream/.ready
	$(UPSTREAM)/python benches/models_table.py

# Notebooks run anew; a warning is a failure.
docs: $(ENVS)/docs/.ready
	$(ENVS)/docs/bin/python -m sphinx --quiet --fail-on-warning --keep-going --fresh-env docs docs/_build/html
	@echo "docs/_build/html/index.html"

docs-links: $(ENVS)/docs/.ready
	$(ENVS)/docs/bin/python -m sphinx -b linkcheck docs docs/_build/links

licenses:
	$(PYTHON) scripts/licenses.py

wheel: $(ENVS)/release/.ready
	$(ENVS)/release/bin/python scripts/release.py dist $(TARGETS)

clean:
	rm -rf $(ENVS) target dist demo-out

$(ENVS)/dev/bin/python:
	$(PYTHON) scripts/check_python.py
	$(PYTHON) -m venv $(ENVS)/dev

$(ENVS)/dev/.tools: $(ENVS)/dev/bin/python pyproject.toml
	$(DEV)/python $(PIP) --upgrade pip
	$(DEV)/python $(PIP) "maturin>=1.14,<2" "uv>=0.5"
	$(DEV)/python $(PIP) --group test --group lint --group demo
	@touch $@

# One abi3 wheel serves all environments.
$(ENVS)/wheel/.built: $(ENVS)/dev/.tools $(SOURCES)
	rm -rf $(ENVS)/wheel
	$(DEV)/maturin build --release --quiet --locked --interpreter $(DEV)/python --out $(ENVS)/wheel
	@touch $@

$(ENVS)/dev/.ready: $(ENVS)/wheel/.built
	$(DEV)/python $(PIP) $(ENVS)/wheel/*.whl
	$(DEV)/python $(PIP) --force-reinstall --no-deps $(ENVS)/wheel/*.whl
	@touch $@

# scikit-neuromsi as users have it today.
$(ENVS)/upstream/.installed: $(ENVS)/dev/.tools
	$(PYTHON) -m venv $(ENVS)/upstream
	$(UPSTREAM)/python $(PIP) --upgrade pip
	$(UPSTREAM)/python $(PIP) scikit-neuromsi==1.0.2 h5netcdf h5py pytest hypothesis zarr
	@touch $@

$(ENVS)/upstream/.ready: $(ENVS)/upstream/.installed $(ENVS)/wheel/.built
	$(UPSTREAM)/python $(PIP) $(ENVS)/wheel/*.whl
	$(UPSTREAM)/python $(PIP) --force-reinstall --no-deps $(ENVS)/wheel/*.whl
	@touch $@

# Apart, since s3fs pins fsspec.
$(ENVS)/object-store/.ready: $(ENVS)/wheel/.built
	$(PYTHON) -m venv --clear $(ENVS)/object-store
	$(ENVS)/object-store/bin/python $(PIP) --upgrade pip
	$(ENVS)/object-store/bin/python $(PIP) $(ENVS)/wheel/*.whl "moto[server]" s3fs --group test
	@touch $@

# A stock installation from the days of NetCDF-3, without h5netcdf and without us.
$(ENVS)/netcdf3/.ready: $(ENVS)/dev/.tools
	$(PYTHON) -m venv $(ENVS)/netcdf3
	$(NETCDF3)/python $(PIP) --upgrade pip
	$(NETCDF3)/python $(PIP) scikit-neuromsi==1.0.2 xarray==2024.7
	@touch $@

# Builds and audits wheels as the release workflow does; zig links against an old glibc.
$(ENVS)/release/.ready: $(ENVS)/dev/.tools
	$(PYTHON) -m venv $(ENVS)/release
	$(ENVS)/release/bin/python $(PIP) --upgrade pip
	$(ENVS)/release/bin/python $(PIP) "uv>=0.5" --group release
	@touch $@

# Sphinx beside scikit-neuromsi, whose models run in the notebooks.
$(ENVS)/docs/.installed: $(ENVS)/dev/.tools
	$(PYTHON) -m venv $(ENVS)/docs
	$(ENVS)/docs/bin/python $(PIP) --upgrade pip
	$(ENVS)/docs/bin/python $(PIP) scikit-neuromsi==1.0.2 --group docs
	@touch $@

$(ENVS)/docs/.ready: $(ENVS)/docs/.installed $(ENVS)/wheel/.built
	$(ENVS)/docs/bin/python $(PIP) $(ENVS)/wheel/*.whl
	$(ENVS)/docs/bin/python $(PIP) --force-reinstall --no-deps $(ENVS)/wheel/*.whl
	@touch $@
