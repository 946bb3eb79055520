"""Tasks in a time that moves only when told to, in the place of asyncio; on both interpreters.

A task runs until it pauses, and goes on when ``poll()`` is called. ``sleep_ms`` goes by
``clock()``. What a module takes from asyncio is here: create_task, CancelledError.
"""

from asyncio import CancelledError

from ticks import ticks_add, ticks_diff


class Pause:
    """Awaited: give way once."""

    def __await__(self):
        yield None

    __iter__ = __await__


class Task:
    """What ``create_task`` gives."""

    def __init__(self, coroutine):
        self._coroutine = coroutine
        self._is_done = False
        self._error = None
        self.result = None

    def done(self):
        return self._is_done

    def cancel(self):
        self.resume(CancelledError())

    def resume(self, error=None):
        """Run it to its next pause, with ``error`` raised there."""
        if self._is_done:
            return
        try:
            if error is None:
                self._coroutine.send(None)
            else:
                self._coroutine.throw(error)
        except StopIteration as end:
            self._is_done, self.result = True, end.value
        except CancelledError:
            self._is_done = True
        except Exception as error:  # noqa: BLE001 - whoever awaits the task gets it
            self._is_done, self._error = True, error

    def raise_error(self):
        """Raise what ended it, if something did."""
        if self._error is not None:
            raise self._error

    def __await__(self):
        while not self._is_done:
            yield None
        self.raise_error()
        return self.result

    __iter__ = __await__


class Scheduler:
    """``clock()``: milliseconds as of ``ticks``."""

    CancelledError = CancelledError

    def __init__(self, clock):
        self.clock = clock
        self.tasks = []

    def create_task(self, coroutine):
        task = Task(coroutine)
        self.tasks.append(task)
        return task

    async def sleep_ms(self, ms):
        due_ms = ticks_add(self.clock(), ms)
        while True:
            await Pause()
            if ticks_diff(self.clock(), due_ms) >= 0:
                return

    def poll(self):
        """Each task once; raises what ended one that nobody awaits any more."""
        for task in list(self.tasks):
            task.resume()
            if task.done():
                self.tasks.remove(task)
