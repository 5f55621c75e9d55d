"""Ordinary training scripts for torch.nn."""
