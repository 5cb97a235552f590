// The family's layers follow.
