"""Facts in, typed judgement out: it enriches, qualifies, writes and reads replies, and stores nothing of it."""
