"""The harness around a backend: initial parameters, data, batch order, evaluation, the clock."""
