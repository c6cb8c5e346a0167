"""Sends: the ledger that keeps a message from going out twice, and the rules that say whether it may go out now."""
