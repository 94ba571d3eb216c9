"""The measurements and the programs that made them: python -m benchmarks.NAME in the repository."""
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # before TensorFlow is imported: errors only
