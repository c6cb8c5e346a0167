"""The only public door and the only writer: FastAPI over Postgres under row-level security."""
