"""Django before 5.0, whose time zones may be those of pytz: always on 3.2, on 4.x with USE_DEPRECATED_PYTZ."""

import pytz
from django.utils import timezone


class Operations:
    def make_aware(self, value, zone):
        """pytz refuses wall clocks that a zone shows twice or never; ``fold`` tells which is meant (PEP 495)."""
        try:
            return timezone.make_aware(value, zone)
        except pytz.AmbiguousTimeError:
            is_later = value.fold == 1
        except pytz.NonExistentTimeError:
            # Clocks that were not put forward yet show it later.
            is_later = value.fold == 0
        moments = [zone.localize(value, is_dst=is_dst) for is_dst in (True, False)]
        return max(moments) if is_later else min(moments)
