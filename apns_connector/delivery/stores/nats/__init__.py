"""Records in NATS JetStream."""
