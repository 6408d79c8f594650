"""Payment chains: who took part in which stage. (What is entered and extracted joins them here.)"""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models

from accounts.models import User
from catalogue.models import QualityService
from organisations.models import Organisation
from submission.states import Stage


class Hand(models.Model):
    """One row is one person's hand in one stage of one payment chain.

    A chain is (service, achievement date, subject); the subject is the practice that is paid or the network, whose
    chain includes its lines. The database lets one person into one stage of a chain only (domain 2, segregation).
    """

    service = models.ForeignKey(QualityService, models.PROTECT, related_name="+", db_index=False)
    achievement_date = models.DateField()
    subject = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    actor = models.ForeignKey(User, models.PROTECT, related_name="hands", db_index=False)
    stage = models.PositiveSmallIntegerField(choices=Stage.choices)
    first_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["actor", "service", "achievement_date", "subject", "stage"], name="hand_once"
            ),
            ExclusionConstraint(
                name="hand_in_one_stage_of_a_chain",
                expressions=[
                    ("actor", RangeOperators.EQUAL),
                    ("service", RangeOperators.EQUAL),
                    ("achievement_date", RangeOperators.EQUAL),
                    ("subject", RangeOperators.EQUAL),
                    ("stage", RangeOperators.NOT_EQUAL),
                ],
            ),
        ]
