"""Figures on paper: computed before, only arranged and drawn here."""
