"""Data protection: everything about one person handed over or erased, and the clock after which people are let go."""
