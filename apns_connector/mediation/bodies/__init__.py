"""Bodies of messages in every form: bytes become a message, and a message becomes bytes."""
