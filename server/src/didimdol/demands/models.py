from __future__ import annotations

from django.db import models
from django.urls import reverse

from didimdol.kernel.models import Blob
from didimdol.kernel.privacy import Kept, Privacy
from didimdol.kernel.rows import BilingualField, StatefulRow
from didimdol.people.models import Organisation, Person
from didimdol.programmes.models import Challenge, Field
from didimdol_lab.contract import Task


class Demand(StatefulRow):
    """What a demand company's device needs, in limits that can be measured.

    ``device``: didimdol_lab.contract.DeviceProfile as JSON; ``criteria``: a list of its Criterion. ``dataset``: sealed
    from startups; an .npz for the criteria of quality. ``dataset_task``: what it asks of a model.
    """

    challenge = models.ForeignKey(Challenge, on_delete=models.PROTECT, related_name="demands")
    field = models.ForeignKey(Field, on_delete=models.PROTECT, related_name="demands")
    company = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="demands")
    business_unit = BilingualField(blank=True)
    title = BilingualField()
    problem = BilingualField()
    device = models.JSONField(default=dict)
    criteria = models.JSONField(default=list)
    dataset = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    dataset_task = models.CharField(max_length=20, default=Task.classification.value)  # didimdol_lab.contract.Task
    dataset_note = BilingualField(blank=True)
    people_offered = BilingualField(blank=True)
    data_offered = BilingualField(blank=True)
    budget_owner = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decision_on = models.DateField(null=True)
    terms = BilingualField(blank=True)  # IP and confidentiality
    published_at = models.DateTimeField(null=True)  # from then on public, withdrawn or not
    written_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    reach = "challenge_id"
    privacy = Privacy(
        kept=Kept.CHALLENGE,
        none="state state_since challenge field company business_unit title problem device criteria dataset dataset_task dataset_note people_offered "
        "data_offered decision_on terms published_at",
        pseudonym="budget_owner written_by",
    )

    def get_absolute_url(self) -> str:
        return reverse("demands:demand", args=[self.pk])

    def __str__(self) -> str:
        return str(self.title.get("ko", ""))
