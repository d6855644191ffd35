"""What happens around every operation, whatever it asks: preparing its document, counting it, ending it in time."""
