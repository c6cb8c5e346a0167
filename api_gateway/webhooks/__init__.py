"""Webhooks: verify, store once, answer, handle. What a vendor delivered and we answered 2xx to is never lost."""
