"""How much each pixel of a face speaks for a label, by LIME and by the methods that it is compared with.

    relevance = METHODS["Grad-CAM"](face, label=3, model=model, seed=0)     # float64 (48, 48)

Every method takes a uint8 (48, 48) face, a label, a model from model.load_model() and a seed (which only those that
draw at random use), and returns a float64 (48, 48) map: the larger, the more a pixel speaks for the label. Only the
order and the sign of a map can be compared between methods, since each has a unit of its own.

One file for each method. Grad-CAM and integrated gradients need gradients (gradients.py).
"""
from explaining.methods.grad_cam import grad_cam
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


def compare(explanation, model):
    """Every method's map for the label and face of one face_lime.Explanation, which stands for LIME.

    Returns:
        {name of the method: float64 (48, 48)}.
    """
    own = {"LIME": explanation.weight_map()}
    return own | {name: method(explanation.face, explanation.label, model, explanation.seed)
                  for name, method in METHODS.items() if name not in own}
