"""Workflows: how each of n8n's flows fares, and starting one now."""
