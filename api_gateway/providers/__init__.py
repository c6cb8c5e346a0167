"""Providers: the vendors that send, scrape and book, each behind a client that speaks its contract."""
