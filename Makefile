# Everything here runs from a bare Python >= 3.11, make and git. `make help` lists what there is.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV_PYTHON := .venv/bin/python
export PATH := $(CURDIR)/.venv/bin:$(PATH)

.PHONY: help setup demo test torture check dev stop doctor fix openapi n8n-pull n8n-push evals

help: ## Show what can be done here
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup:
	@$(PYTHON) sandbox/bootstrap.py

demo: setup ## Run one campaign to its end on this machine and show it (ONCE=1: exit when done; CSV=path: with your own file)
	@$(VENV_PYTHON) -m sandbox demo $(if $(ONCE),--once) $(if $(CSV),--csv "$(CSV)")

test: setup ## Run every check and every test there is
	@$(VENV_PYTHON) -m tests.lanes $(LANES)

torture: setup ## Run every proof of reliability at its full size (about two hours; PROOFS="kills time" runs some)
	@$(VENV_PYTHON) -m tests.proofs $(PROOFS)

check: setup ## Lint, types, import rules, SQL, workflows, contracts
	@$(VENV_PYTHON) -m tests.lanes check

dev: setup ## Run the stack with reload, no campaign
	@$(VENV_PYTHON) -m sandbox up --reload

stop: setup ## Stop what `make demo` or `make dev` started
	@$(VENV_PYTHON) -m sandbox stop

doctor: setup ## Say what is here, what is missing, and how to mend it
	@$(VENV_PYTHON) -m sandbox doctor

fix: setup ## Format and repair what can be repaired by a machine
	@$(VENV_PYTHON) -m ruff format . && $(VENV_PYTHON) -m ruff check --fix .

openapi: setup ## Write the gateway's OpenAPI document and the panel's client from it
	@$(VENV_PYTHON) -m api_gateway.openapi > api_gateway/openapi.json && cd web && npm run --silent api:generate

n8n-pull: setup ## Export the workflows of a running n8n into the repository
	@$(VENV_PYTHON) -m sandbox n8n pull

n8n-push: setup ## Check the workflows and publish them to a running n8n
	@$(VENV_PYTHON) -m sandbox n8n push

evals: setup ## Print how well replies are understood, as a confusion matrix
	@$(VENV_PYTHON) -m ai_service.evals
