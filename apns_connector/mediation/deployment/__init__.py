"""Where the configuration of a deployment lies, in every shape that WSO2 users have it."""
