"""The laptop: the whole stack without Docker, account or key, and stand-ins for the vendors.

Nothing that is deployed imports this package.
"""
