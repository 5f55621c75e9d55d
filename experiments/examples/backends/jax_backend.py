"""JAX: --backend experiments.examples.backends.jax_backend:backend."""

import jax
import jax.numpy as jnp

from experiments.backends.functional import Functional
from experiments.backends.single import Single

jax.config.update("jax_enable_x64", True)  # else float64 becomes float32


def cross_entropy(prediction, target):
    log_probability = jax.nn.log_softmax(prediction)
    return -jnp.take_along_axis(log_probability, target[:, None], 1).mean()


class JaxRun(Functional):
    layers = {
        "Linear": lambda x, weight, bias=0: x @ weight.T + bias,
        "ReLU": jax.nn.relu,
        "Tanh": jnp.tanh,
        "Sigmoid": jax.nn.sigmoid,
        "Softplus": jax.nn.softplus,
        "SELU": jax.nn.selu,
        "SiLU": jax.nn.silu,
    }
    losses = {
        "MSELoss": lambda prediction, target: ((prediction - target) ** 2).mean(),
        "BCEWithLogitsLoss": lambda x, target: (jax.nn.softplus(x) - target * x).mean(),
        "CrossEntropyLoss": cross_entropy,
    }
    vjp, compiled = staticmethod(jax.vjp), staticmethod(jax.jit)

    @staticmethod
    def array(tensor):
        return jnp.asarray(tensor.numpy())


backend = Single(JaxRun, JaxRun.differentiating(jnp))
