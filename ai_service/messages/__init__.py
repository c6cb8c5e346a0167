"""Messages to prospects: written by a model or by templates, checked by code."""
