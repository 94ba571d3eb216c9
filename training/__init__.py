"""Training a network, and the measures of an evaluation.

    recipe.py              the settings of a training run, and the choices that they name
    learner.py             compiles the network with its augmentation in front, and fits it
    batches.py             the targets and weights of the faces, and the order of the batches
    augmentation.py        random views of the training faces
    muon.py                the optimizer
    checkpoint.py          what a run writes, and how an interrupted one resumes exactly
    metrics.py             the measures of an evaluation
"""
