"""After-facts of verification."""

from django.dispatch import Signal

#: ``job_finished.send(DeviceJob, job=job)`` in the transaction in which a job became done, refused, lost or cancelled
job_finished = Signal()
