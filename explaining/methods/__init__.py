"""How much each pixel of a face speaks for a label, by LIME and by the methods that it is compared with.

    relevance = METHODS["Grad-CAM"](face, label=3, network=network, seed=0)     # float64 (48, 48)

Every method takes a uint8 (48, 48) face, a label, a networks.network.Network and a seed (which only those
that draw at random use), and returns a float64 (48, 48) map: the larger, the more a pixel speaks for the label. Only the
order and the sign of a map can be compared between methods, since each has a unit of its own.

One file for each method. Grad-CAM and integrated gradients need gradients (gradients.py), and Grad-CAM the layers one
by one (networks/trace.py).
"""
from base.errors import UserError
from explaining.methods.grad_cam import grad_cam, split
from explaining.methods.gradients import require_gradients
from explaining.methods.integrated_gradients import integrated_gradients
from explaining.methods.lime import lime, stock_lime
from explaining.methods.occlusion import occlusion
from explaining.methods.random_order import random_order

METHODS = {
    "LIME": lime,
    "stock LIME": stock_lime,
    "occlusion": occlusion,
    "Grad-CAM": grad_cam,
    "integrated gradients": integrated_gradients,
    "random": random_order,
}


def left_out(network):
    """{name of a method: why} of those that this network does not allow."""
    reasons = {}
    for name, requirement in (("Grad-CAM", split), ("integrated gradients", require_gradients)):
        try:
            requirement(network)
        except UserError as error:
            reasons[name] = str(error)
    return reasons


def compare(explanation, network):
    """The map of every method that the network allows, for the label and face of one face_lime.Explanation.

    Returns:
        {name of the method: float64 (48, 48)}; the explanation itself stands for LIME.
    """
    own, without = {"LIME": explanation.weight_map()}, left_out(network)
    return own | {name: method(explanation.face, explanation.label, network, explanation.seed)
                  for name, method in METHODS.items() if name not in own and name not in without}
