# Học bạ số. Every target first makes sure of its environment; stamps make a second time cost milliseconds.

UV_VERSION := 0.13.9

BIN := .venv/bin
STAMPS := .venv/.stamps
IDP := infra/standins/idp
FRONTEND := $(patsubst %/package.json,%,$(wildcard frontend/package.json))
PACKAGES := $(IDP)/node_modules/.stamp signing-worker/node_modules/.stamp $(addsuffix /node_modules/.stamp,$(FRONTEND))
BENCH_TOOLS := tests/bench/node_modules/.stamp $(STAMPS)/bench-tools
TEST_PACKAGES := $(patsubst %/package.json,%/node_modules/.stamp,$(wildcard tests/*/*/package.json))
ENVIRONMENT := $(STAMPS)/system $(STAMPS)/python $(PACKAGES)

# The frontend: what it is made from, its last built page, and what says that it has been judged.
SPA_SOURCES := backend/schema/schema.graphql \
	$(shell find frontend \( -name node_modules -o -name dist -o -name gql -o -name test-results \) -prune -o -type f -print)
SPA := $(if $(FRONTEND),frontend/dist/tra-cuu.html)
SPA_TYPES := $(if $(FRONTEND),$(STAMPS)/spa-types)
SPA_TESTED := $(if $(FRONTEND),$(STAMPS)/spa-tested)

# A variable of another project's environment must not lead uv astray, and no second Python is downloaded.
UV := env -u VIRTUAL_ENV UV_PROJECT_ENVIRONMENT=.venv UV_PYTHON_DOWNLOADS=never $(BIN)/uv

# Every process imports a lot; without kept bytecode each start costs seconds, whatever the environment says.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help run test lint types format bench bench-gateway migrations schema environment test-tools

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: environment $(SPA) ## start everything on this machine, with demo data; Ctrl-C ends it (ARGS=… for hocba run)
	@exec $(BIN)/hocba run $(ARGS)

test: environment test-tools $(TEST_PACKAGES) lint types $(SPA) $(SPA_TESTED) ## lint, types, import contracts and all tests (PYTEST_ARGS=…)
	@$(BIN)/pytest $(or $(PYTEST_ARGS),-n 2 --dist loadfile tests/e2e tests)

lint: environment $(SPA_TYPES) ## ruff, formatting, import contracts and oxlint
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@if [ -n "$(FRONTEND)" ]; then cd frontend && npm run --silent lint; fi

types: environment ## mypy, strict
	@$(BIN)/mypy

format: environment ## rewrite the code in the house format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: environment $(BENCH_TOOLS) ## measure (ARGS=name and options; without, the names)
	@$(BIN)/python -m tests.bench $(ARGS)

bench-gateway: environment $(BENCH_TOOLS) ## the API against PostGraphile 5; figures go to build/bench-gateway.json (ARGS=…)
	@$(BIN)/python -m tests.bench gateway $(ARGS)

migrations: environment ## write the migration for changed models (ARGS=… for tortoise makemigrations)
	@$(BIN)/tortoise -c backend.db.connection.OFFLINE makemigrations $(ARGS)

schema: environment ## write the committed schema of the API, whole and by role
	@$(BIN)/hocba schema > backend/schema/schema.graphql
	@$(BIN)/hocba schema --roles backend/schema/roles

environment: $(ENVIRONMENT) ## everything that run and lint need; each target does it by itself

test-tools: $(STAMPS)/test-tools ## the programs with which tests judge our files

$(STAMPS)/system: backend/embedded/system_libraries.py infra/bootstrap/programs.sh
	@python=$$(infra/bootstrap/programs.sh) && $$python backend/embedded/system_libraries.py --install
	@mkdir -p $(@D) && touch $@

$(STAMPS)/python: pyproject.toml uv.lock Makefile | $(STAMPS)/system
	@echo "Python packages …"
	@test -x $(BIN)/python || { python=$$(infra/bootstrap/programs.sh) && $$python -m venv .venv; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@$(UV) sync --frozen --quiet
	@mkdir -p $(@D) && touch $@

%/node_modules/.stamp: %/package.json %/package-lock.json
	@echo "npm packages of $* …"
	@cd $* && npm ci --no-audit --no-fund --no-update-notifier --loglevel=error
	@touch $@

frontend/dist/tra-cuu.html: $(SPA_SOURCES) | $(ENVIRONMENT)
	@echo "Frontend …"
	@cd frontend && npm run --silent build

$(STAMPS)/spa-types: $(filter %.graphql frontend/codegen.ts frontend/package-lock.json,$(SPA_SOURCES)) | $(ENVIRONMENT)
	@cd frontend && npm run --silent codegen
	@touch $@

$(STAMPS)/spa-tested: $(SPA_SOURCES) | $(ENVIRONMENT)
	@echo "Frontend: types, catalogues, tests …"
	@cd frontend && npm run --silent check && npm test --silent
	@touch $@

$(STAMPS)/test-tools: infra/bootstrap/test-tools.sh
	@infra/bootstrap/test-tools.sh
	@mkdir -p $(@D) && touch $@

$(STAMPS)/bench-tools: infra/bootstrap/bench-tools.sh
	@infra/bootstrap/bench-tools.sh
	@mkdir -p $(@D) && touch $@
