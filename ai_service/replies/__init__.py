"""Replies of prospects: what they mean and what may be done about them."""
