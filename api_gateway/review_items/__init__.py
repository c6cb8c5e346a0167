"""Review items: replies that a person must answer, who holds them, and what they changed in the draft."""
