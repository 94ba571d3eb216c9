"""What the tests give to workers, in a module that is imported quickly."""
import os
import signal

from base.errors import UserError


def square(item):
    return item**2, os.getpid()


def die(item):
    os.kill(os.getpid(), signal.SIGKILL)


def refuse(item):
    raise UserError(f"item {item} is bad")
