"""Replies: what people answered, what was understood of it, and the conversation it belongs to."""
