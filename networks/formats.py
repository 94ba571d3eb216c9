"""The formats that a network can be exported to, and how their files' names end."""
FORMATS = {"onnx": ".onnx", "tflite": ".tflite", "saved_model": "_saved_model"}
