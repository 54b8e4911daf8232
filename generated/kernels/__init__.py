"""Vectorized NumPy kernels, one module for each definition; every function can be imported from here too."""

from ._tiles import get_num_threads, set_num_threads
from .attention import attention, attention_vjp
from .bce_with_logits import bce_with_logits, bce_with_logits_grad, bce_with_logits_value_and_grad
from .binary_cross_entropy import binary_cross_entropy, binary_cross_entropy_grad, binary_cross_entropy_value_and_grad
from .cosine_similarity import cosine_similarity, cosine_similarity_grad, cosine_similarity_value_and_grad
from .cross_entropy import cross_entropy, cross_entropy_grad, cross_entropy_value_and_grad
from .elu import elu, elu_grad, elu_value_and_grad, elu_vjp, elu_jvp
from .gelu import gelu, gelu_grad, gelu_value_and_grad, gelu_vjp, gelu_jvp
from .gelu_tanh import gelu_tanh, gelu_tanh_grad, gelu_tanh_value_and_grad, gelu_tanh_vjp, gelu_tanh_jvp
from .himmelblau import himmelblau, himmelblau_grad, himmelblau_value_and_grad, himmelblau_hessian
from .huber import huber, huber_grad, huber_value_and_grad
from .l2_norm import l2_norm, l2_norm_grad, l2_norm_value_and_grad
from .label_cross_entropy import label_cross_entropy, label_cross_entropy_grad, label_cross_entropy_value_and_grad
from .layer_norm import layer_norm, layer_norm_vjp
from .leaky_relu import leaky_relu, leaky_relu_grad, leaky_relu_value_and_grad, leaky_relu_vjp, leaky_relu_jvp
from .linear_loss import linear_loss, linear_loss_grad, linear_loss_value_and_grad
from .linear_model import linear_model, linear_model_grad, linear_model_value_and_grad
from .log_softmax import log_softmax, log_softmax_jacobian, log_softmax_vjp, log_softmax_jvp
from .logsumexp import logsumexp, logsumexp_grad, logsumexp_value_and_grad
from .mlp import mlp, mlp_grad, mlp_value_and_grad
from .mse import mse, mse_grad, mse_value_and_grad
from .perceptron import perceptron, perceptron_grad, perceptron_value_and_grad
from .perceptron_single import perceptron_single, perceptron_single_grad, perceptron_single_value_and_grad
from .reciprocal import reciprocal, reciprocal_grad, reciprocal_value_and_grad, reciprocal_vjp, reciprocal_jvp
from .relu import relu, relu_grad, relu_value_and_grad, relu_vjp, relu_jvp
from .rms_norm import rms_norm, rms_norm_vjp
from .rnn import rnn, rnn_grad, rnn_value_and_grad
from .sigmoid import sigmoid, sigmoid_grad, sigmoid_value_and_grad, sigmoid_vjp, sigmoid_jvp, sigmoid_vjp_from_output
from .silu import silu, silu_grad, silu_value_and_grad, silu_vjp, silu_jvp
from .softmax import softmax, softmax_jacobian, softmax_vjp, softmax_jvp, softmax_vjp_from_output
from .softmax_cross_entropy import softmax_cross_entropy, softmax_cross_entropy_grad, softmax_cross_entropy_value_and_grad
from .softplus import softplus, softplus_grad, softplus_value_and_grad, softplus_vjp, softplus_jvp
from .squared_error import squared_error, squared_error_grad, squared_error_value_and_grad
from .step import step, step_grad, step_value_and_grad, step_vjp, step_jvp
from .tanh import tanh, tanh_grad, tanh_value_and_grad, tanh_vjp, tanh_jvp, tanh_vjp_from_output
from .two_layers import two_layers, two_layers_grad, two_layers_value_and_grad

__all__ = [
    "get_num_threads",
    "set_num_threads",
    "attention",
    "attention_vjp",
    "bce_with_logits",
    "bce_with_logits_grad",
    "bce_with_logits_value_and_grad",
    "binary_cross_entropy",
    "binary_cross_entropy_grad",
    "binary_cross_entropy_value_and_grad",
    "cosine_similarity",
    "cosine_similarity_grad",
    "cosine_similarity_value_and_grad",
    "cross_entropy",
    "cross_entropy_grad",
    "cross_entropy_value_and_grad",
    "elu",
    "elu_grad",
    "elu_jvp",
    "elu_value_and_grad",
    "elu_vjp",
    "gelu",
    "gelu_grad",
    "gelu_jvp",
    "gelu_tanh",
    "gelu_tanh_grad",
    "gelu_tanh_jvp",
    "gelu_tanh_value_and_grad",
    "gelu_tanh_vjp",
    "gelu_value_and_grad",
    "gelu_vjp",
    "himmelblau",
    "himmelblau_grad",
    "himmelblau_hessian",
    "himmelblau_value_and_grad",
    "huber",
    "huber_grad",
    "huber_value_and_grad",
    "l2_norm",
    "l2_norm_grad",
    "l2_norm_value_and_grad",
    "label_cross_entropy",
    "label_cross_entropy_grad",
    "label_cross_entropy_value_and_grad",
    "layer_norm",
    "layer_norm_vjp",
    "leaky_relu",
    "leaky_relu_grad",
    "leaky_relu_jvp",
    "leaky_relu_value_and_grad",
    "leaky_relu_vjp",
    "linear_loss",
    "linear_loss_grad",
    "linear_loss_value_and_grad",
    "linear_model",
    "linear_model_grad",
    "linear_model_value_and_grad",
    "log_softmax",
    "log_softmax_jacobian",
    "log_softmax_jvp",
    "log_softmax_vjp",
    "logsumexp",
    "logsumexp_grad",
    "logsumexp_value_and_grad",
    "mlp",
    "mlp_grad",
    "mlp_value_and_grad",
    "mse",
    "mse_grad",
    "mse_value_and_grad",
    "perceptron",
    "perceptron_grad",
    "perceptron_single",
    "perceptron_single_grad",
    "perceptron_single_value_and_grad",
    "perceptron_value_and_grad",
    "reciprocal",
    "reciprocal_grad",
    "reciprocal_jvp",
    "reciprocal_value_and_grad",
    "reciprocal_vjp",
    "relu",
    "relu_grad",
    "relu_jvp",
    "relu_value_and_grad",
    "relu_vjp",
    "rms_norm",
    "rms_norm_vjp",
    "rnn",
    "rnn_grad",
    "rnn_value_and_grad",
    "sigmoid",
    "sigmoid_grad",
    "sigmoid_jvp",
    "sigmoid_value_and_grad",
    "sigmoid_vjp",
    "sigmoid_vjp_from_output",
    "silu",
    "silu_grad",
    "silu_jvp",
    "silu_value_and_grad",
    "silu_vjp",
    "softmax",
    "softmax_cross_entropy",
    "softmax_cross_entropy_grad",
    "softmax_cross_entropy_value_and_grad",
    "softmax_jacobian",
    "softmax_jvp",
    "softmax_vjp",
    "softmax_vjp_from_output",
    "softplus",
    "softplus_grad",
    "softplus_jvp",
    "softplus_value_and_grad",
    "softplus_vjp",
    "squared_error",
    "squared_error_grad",
    "squared_error_value_and_grad",
    "step",
    "step_grad",
    "step_jvp",
    "step_value_and_grad",
    "step_vjp",
    "tanh",
    "tanh_grad",
    "tanh_jvp",
    "tanh_value_and_grad",
    "tanh_vjp",
    "tanh_vjp_from_output",
    "two_layers",
    "two_layers_grad",
    "two_layers_value_and_grad",
]
