"""How much each pixel of a face contributes to a label, by LIME and by methods to compare it with.

    relevance = METHODS["Grad-CAM"](face, label=3, network=network, seed=0) # float64 (48, 48)

Every method takes a uint8 (48, 48) face, a label, a networks.network.Network and a seed, which only
random methods use. It returns a float64 (48, 48) map; the larger a value, the more the pixel
contributes to the label. The units differ between methods, so only the order and the sign of the
values can be compared.
"""
from base.errors import UserError
from explaining.methods import gradients, perturbation

METHODS = {
    "LIME": perturbation.lime,
    "stock LIME": perturbation.stock_lime,
    "KernelSHAP": perturbation.kernel_shap,
    "occlusion": perturbation.occlusion,
    "Grad-CAM": gradients.grad_cam,
    "integrated gradients": gradients.integrated_gradients,
    "random": perturbation.random_order,
}
SEEDED = ("LIME", "stock LIME", "KernelSHAP", "random")  # draw at random


def left_out(network):
    """{name: reason} of the methods that cannot explain this network."""
    reasons = {}
    for name, check in (("Grad-CAM", gradients.split),
                        ("integrated gradients", gradients.require_gradients)):
        try:
            check(network)
        except UserError as error:
            reasons[name] = str(error)
    return reasons


def compare(explanation, network):
    """{name: map} of all methods that can explain the network, for the face and label explained.

    The map of "LIME" is that of the explanation itself.
    """
    maps, without = {"LIME": explanation.weight_map()}, left_out(network)
    return maps | {name: method(explanation.face, explanation.label, network, explanation.seed)
                   for name, method in METHODS.items() if name not in maps | without}
