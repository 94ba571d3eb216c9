"""What the tests give to workers, in a module that is imported quickly."""
import os
import pathlib
import signal
import time

from base.errors import UserError


def square(item):
    return item**2, os.getpid()


def die(item):
    os.kill(os.getpid(), signal.SIGKILL)


def refuse(item):
    raise UserError(f"item {item} is bad")


def say_and_sleep(folder):
    pathlib.Path(folder, str(os.getpid())).touch()
    time.sleep(60)
