"""The outside world behind the ports: object storage and the stream of live events."""
