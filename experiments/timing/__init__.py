"""How fast each backend trains, measured so that noise cannot pass for a difference."""
