"""The deployment without a container engine: the compose file's commands and environments as plain processes."""
