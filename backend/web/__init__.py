"""Starlette: routes, sign-in, uploads and downloads, and the single-page frontend."""
