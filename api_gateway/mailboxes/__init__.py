"""Mailboxes: the addresses that mail leaves from, how much each may send, and how it fares."""
