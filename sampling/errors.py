"""What can go wrong in sampling, as one tree.

RootfieldError
├── MalformedRequest          malformed            400  the body cannot be read at all
│   └── BadEncoding           encoding             415  a content encoding that is not spoken
├── Unauthenticated           unauthenticated      401  no or bad credentials
│   └── TokenInvalid          token-invalid        401  a device token that is not known
├── Forbidden                 forbidden            403  known, but not for this role
│   ├── DeviceRevoked         device-revoked       403  the device was withdrawn
│   ├── PlaceWithheld         place-withheld       403  a file that may tell an exact place
│   └── FourEyes              four-eyes            403  one person may not do both steps
├── NotFound                  not-found            404  not there, or another project's
├── StateConflict             state-conflict       409  the state does not allow this step
│   ├── VersionMoved          version-moved        409  somebody was faster
│   ├── DeviceBusy            busy                 409  another push of the device is running
│   ├── DeviceForked          device-forked        409  two devices share one identity
│   ├── OffsetMoved           offset-moved         409  the upload goes on at another place
│   └── IdempotencyReused     idempotency-reused   409  one key, two different bodies
├── CursorExpired             cursor-expired       410  the replica must start again
├── UploadGone                upload-gone          410  an upload that was not finished in time
├── ProtocolUnsupported       protocol-unsupported 412  a wire protocol nobody speaks here
├── TooLarge                  too-large            413  over the limits, which are named
├── RangeUnsatisfiable        range-unsatisfiable  416  a part beyond the end of the file
├── RecordRefused             record-refused       422  a record contradicts a rule
├── EnrolmentRefused          enrolment-refused    422  the one-time code does not open
├── ContentChanged            content-changed      422  published content is never altered
├── ImportRefused             import-refused       422  a document that cannot be taken in
├── OperationIdReused         op-id-reused         422  one operation id, two contents
├── HashMismatch              hash-mismatch        422  a file that is not the one announced
├── TooManyUploads            too-many-uploads     429  a device began too many files at once
├── ChecksumMismatch          checksum-mismatch    460  a part that is not the one announced
├── StorageFull               storage-full         507  no room for the file at present
└── RuleError                 rule                 422  a pure rule refused its input
"""

from __future__ import annotations

from typing import Any, ClassVar


class RootfieldError(Exception):
    """Something a person or a tablet can act on, with a stable code."""

    code: ClassVar[str] = "error"
    title: ClassVar[str] = "Something went wrong."
    status: ClassVar[int] = 400
    retry: ClassVar[str] = "never"
    challenge: ClassVar[str] = ""  # how to sign in, with a 401 (RFC 9110, WWW-Authenticate)

    def __init__(self, detail: str = "", **extra: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.extra = extra


class MalformedRequest(RootfieldError):
    """The body cannot be read at all."""

    code = "malformed"
    title = "The request could not be read."
    status = 400


class BadEncoding(MalformedRequest):
    """A content encoding that is not spoken here."""

    code = "encoding"
    title = "Only plain or gzip encoded JSON in UTF-8 is understood."
    status = 415


class Unauthenticated(RootfieldError):
    """No or bad credentials."""

    code = "unauthenticated"
    title = "Sign in first."
    status = 401
    retry = "after-fix"
    challenge = 'Session realm="rootfield"'


class TokenInvalid(Unauthenticated):
    """A device token that is not known."""

    code = "token-invalid"
    title = "This device token is not known."
    challenge = 'Bearer realm="rootfield", error="invalid_token"'


class Forbidden(RootfieldError):
    """Known, but not for this role."""

    code = "forbidden"
    title = "Your role does not allow this."
    status = 403


class DeviceRevoked(Forbidden):
    """The device was withdrawn."""

    code = "device-revoked"
    title = "This device was revoked; what it still sends is kept for a data steward."


class PlaceWithheld(Forbidden):
    """A file that may tell an exact place."""

    code = "place-withheld"
    title = "This file may tell an exact place; ask who may see exact positions."


class FourEyes(Forbidden):
    """One person may not do both steps."""

    code = "four-eyes"
    title = "A second person must do this step."


class NotFound(RootfieldError):
    """Not there, or another project's."""

    code = "not-found"
    title = "There is no such thing here."
    status = 404


class StateConflict(RootfieldError):
    """The state does not allow this step."""

    code = "state-conflict"
    title = "The present state does not allow this step."
    status = 409
    retry = "after-fix"


class VersionMoved(StateConflict):
    """Somebody was faster."""

    code = "version-moved"
    title = "Somebody changed this in between; look again."


class DeviceBusy(StateConflict):
    """Another push of the device is running."""

    code = "busy"
    title = "Another push of this device is still running."
    retry = "later"


class DeviceForked(StateConflict):
    """Two devices share one identity."""

    code = "device-forked"
    title = "Another device uses this identity; enrol again, nothing is lost."


class OffsetMoved(StateConflict):
    """The upload goes on at another place."""

    code = "offset-moved"
    title = "The upload goes on at another place; ask where (HEAD) and send from there."
    retry = "after-fix"


class IdempotencyReused(StateConflict):
    """One idempotency key came with two different bodies."""

    code = "idempotency-reused"
    title = "This idempotency key was used with another body."


class CursorExpired(RootfieldError):
    """The replica must start again."""

    code = "cursor-expired"
    title = "This cursor is no longer valid; start the scope again and keep the outbox."
    status = 410
    retry = "after-fix"


class UploadGone(RootfieldError):
    """An upload that was not finished in time."""

    code = "upload-gone"
    title = "This upload was not finished in time; begin it again."
    status = 410
    retry = "after-fix"


class ProtocolUnsupported(RootfieldError):
    """A wire protocol nobody speaks here."""

    code = "protocol-unsupported"
    title = "This version of the sync protocol is not spoken here."
    status = 412


class TooLarge(RootfieldError):
    """Over the limits, which are named."""

    code = "too-large"
    title = "The request is over the limits; send it in smaller parts."
    status = 413
    retry = "after-fix"


class RangeUnsatisfiable(RootfieldError):
    """A part beyond the end of the file."""

    code = "range-unsatisfiable"
    title = "The file ends before the part asked for."
    status = 416
    retry = "after-fix"


class RecordRefused(RootfieldError):
    """A record contradicts a rule; `problems` names every one."""

    code = "record-refused"
    title = "The record contradicts a rule."
    status = 422
    retry = "after-fix"


class EnrolmentRefused(RootfieldError):
    """The one-time code does not open."""

    code = "enrolment-refused"
    title = "This enrolment code is unknown, used or out of date; ask for a new one."
    status = 422
    retry = "after-fix"


class ContentChanged(RootfieldError):
    """Published content is never altered."""

    code = "content-changed"
    title = "Published content cannot change; make a new version."
    status = 422
    retry = "after-fix"


class ImportRefused(RootfieldError):
    """A document that cannot be taken in."""

    code = "import-refused"
    title = "This document cannot be imported."
    status = 422
    retry = "after-fix"


class OperationIdReused(RootfieldError):
    """One operation id, two contents."""

    code = "op-id-reused"
    title = "This operation id was used for another content."
    status = 422


class HashMismatch(RootfieldError):
    """A file that is not the one announced."""

    code = "hash-mismatch"
    title = (
        "The bytes are not those of the SHA-256 announced; nothing was kept, send the file again."
    )
    status = 422
    retry = "later"


class TooManyUploads(RootfieldError):
    """A device began too many files at once."""

    code = "too-many-uploads"
    title = (
        "Too many uploads of this device are unfinished; finish them, or wait until they expire."
    )
    status = 429
    retry = "later"


class ChecksumMismatch(RootfieldError):
    """A part that is not the one announced (tus 1.0, extension checksum)."""

    code = "checksum-mismatch"
    title = "The bytes are not those of the checksum announced; send this part again."
    status = 460
    retry = "later"


class StorageFull(RootfieldError):
    """No room for the file at present."""

    code = "storage-full"
    title = "There is no room for files at present; records are still taken. Send the file later."
    status = 507
    retry = "later"


class RuleError(RootfieldError, ValueError):
    """A pure rule refused its input; subclasses carry their own code."""

    code = "rule"
    title = "The value contradicts a rule."
    status = 422
    retry = "after-fix"
