"""Reads whose JSON PostgreSQL makes: a selection of fields becomes one statement that enters its scope and answers."""
