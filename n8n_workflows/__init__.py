"""The workflows and the tools that check, render, pull and push them. Needs no running n8n to check or render."""
