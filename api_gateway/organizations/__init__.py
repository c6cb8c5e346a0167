"""Organizations: who works here, in which role, invited by whom."""
