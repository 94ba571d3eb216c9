"""How much each pixel of a face speaks for a label, by LIME and by methods to compare it with.

    relevance = METHODS["Grad-CAM"](face, label=3, model=model, seed=0)     # float64 (48, 48)

Every method takes a uint8 (48, 48) face, a label, a model from model.load_model() and a seed, which
only random methods use. It returns a float64 (48, 48) map; the larger a value, the more the pixel
speaks for the label. The units differ between methods, so only the order and the sign of the values
can be compared.

Each method has its own file. Grad-CAM and integrated gradients need gradients (gradients.py).
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
    """The maps of all methods for the face and label of a face_lime.Explanation.

    The map of "LIME" is that of the explanation itself.

    Returns:
        {name of the method: float64 (48, 48)}.
    """
    maps = {"LIME": explanation.weight_map()}
    return maps | {name: method(explanation.face, explanation.label, model, explanation.seed)
                   for name, method in METHODS.items() if name not in maps}
