"""Workflow runs: what the workflows report about themselves."""
