"""Training a network, and the measures of an evaluation.

    recipe.py          the settings of a training run, and the optimizers that they name
    learner.py         compiles the network with its augmentation in front
    fitting.py         the training loop
    augmentation.py    random views of the training faces
    muon.py            the optimizer
    checkpoint.py      what a run writes, and how an interrupted one resumes exactly
    metrics.py         the measures of an evaluation
"""
