// The room's contents follow.
