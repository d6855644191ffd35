"""The province that is measured: a database of year records in mixed states, made once and used again."""
