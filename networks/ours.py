"""By what a network of train.py is recognised; model.py builds it with these."""
NAME = "emotion_cnn"
RESCALE = (1 / 64, -2)  # factor and offset of the first layer: pixels from 0 to 255 become -2 to 2
