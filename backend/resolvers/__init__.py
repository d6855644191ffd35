"""One module for a noun: arguments to use case, result to payload. No rule and no query lives here."""
