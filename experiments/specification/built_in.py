"""The backends that a specification names without a path, and where they are."""

import difflib

BUILT_IN = {
    "framework": "experiments.backends.stacked:framework",
    "framework-recorded": "experiments.backends.recorded:framework_recorded",
    "framework-explicit": "experiments.backends.framework:framework_explicit",
    "framework-autograd": "experiments.backends.framework:framework_autograd",
    "torch": "experiments.backends.torch:torch_plain",
    "torch-tuned": "experiments.backends.torch:torch_tuned",
    "torch-compiled": "experiments.backends.compiled:torch_compiled",
    "jax": "experiments.backends.jax:jax_backend",
}

OPTIONAL = {"torch-compiled", "jax"}
"""For timing, where what they need is installed."""


def unknown(name: str) -> str:
    """What to say of a name that is no backend's."""
    near = difflib.get_close_matches(name, BUILT_IN, n=1)
    hint = f" did you mean {near[0]!r}?" if near else ""
    known = ", ".join(BUILT_IN)
    return f"unknown backend {name!r}:{hint} known are {known}, and package.module:attribute"
