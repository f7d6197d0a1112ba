"""Records in RabbitMQ."""
