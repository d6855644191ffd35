"""Học bạ số: the part that answers people (API, rules, data). Signing lives in ``signing_worker``."""
