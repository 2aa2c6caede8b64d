"""Django before 5.0, whose time zones may be those of pytz: always on 3.2, on 4.x with USE_DEPRECATED_PYTZ."""

from datetime import datetime
from typing import Any, List

import pytz
from django.utils import timezone

from ..plugin.django_types import Mixin


class Operations(Mixin):
    def make_aware(self, value: datetime, zone: Any) -> datetime:
        """pytz refuses wall clocks that a zone shows twice or never; ``fold`` tells which is meant (PEP 495)."""
        try:
            moment: datetime = timezone.make_aware(value, zone)
            return moment
        except pytz.AmbiguousTimeError:
            is_later = value.fold == 1
        except pytz.NonExistentTimeError:
            # Clocks that were not put forward yet show it later.
            is_later = value.fold == 0
        moments: List[datetime] = [zone.localize(value, is_dst=is_dst) for is_dst in (True, False)]
        return max(moments) if is_later else min(moments)
