"""Trains the runs that are asked for: locally or on a cluster, each once, whatever fails."""
