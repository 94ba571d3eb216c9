"""Training: the learner and its batches, augmentation, optimisers, checkpoints, devices, and the measures of a model.

    recipe.py              the settings of a training run, and the choices that they name
    learner.py             the network behind its augmentation, compiled
    batches.py             what is learned of each face, in which order
    augmentation.py        other views of the training faces
    muon.py                the optimiser
    checkpoint.py          what an interrupted run needs to go on exactly
    devices.py             several devices that share a batch
    tensorflow_batches.py  how TensorFlow takes the batches
    metrics.py             the numbers of an evaluation
"""
