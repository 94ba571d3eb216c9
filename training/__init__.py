"""Training a network: its batches, augmentation, optimiser and checkpoints, and its measures.

    recipe.py              the settings of a training run, and the choices that they name
    learner.py             compiles the network with its augmentation in front, and fits it
    batches.py             the targets and weights of the faces, and the order of the batches
    augmentation.py        random views of the training faces
    muon.py                the optimiser
    checkpoint.py          the state from which an interrupted run continues exactly
    devices.py             several devices that share a batch
    metrics.py             the measures of an evaluation
"""
