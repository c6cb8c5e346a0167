"""Scrapes: PhantomBuster runs that bring prospects into a campaign."""
