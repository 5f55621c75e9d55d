"""The scripts of `in_torch`, with another import and a `Variable` around the input."""
