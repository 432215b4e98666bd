"""Updates as Google makes them: the fields that a mask names, or, without one, all of them (AIP-134, read 2026-11)."""

from collections.abc import Collection
from copy import deepcopy
from typing import TypeVar

import proto
from google.protobuf.field_mask_pb2 import FieldMask

from tests.google_cloud.refusals import invalid

Part = TypeVar("Part", bound=proto.Message)


def fields_of(part: proto.Message, mask: FieldMask) -> tuple[str, ...]:
    """Return the paths that an update is about. Refuses a mask with a field that there is not."""
    descriptor = type(part).pb(part).DESCRIPTOR
    if not mask.IsValidForDescriptor(descriptor):
        raise invalid(f"update_mask names a field that {descriptor.name} has not: {', '.join(mask.paths)}")
    return tuple(mask.paths) or tuple(field.name for field in descriptor.fields)


def updated(stored: Part, given: Part, paths: Collection[str]) -> Part:
    """Return the stored part with the fields that `paths` name as they were given, cleared ones cleared."""
    new = deepcopy(stored)
    FieldMask(paths=paths).MergeMessage(type(given).pb(given), type(new).pb(new), True, True)
    return new
