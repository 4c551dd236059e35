"""A client that this project didn't write: Python grpcio with server reflection.

Learns the contract from the running server alone, receives a dossier, has its deadline explained,
and reads the field violation of a bad request. Arguments: address, key. Exits 0 when all of it holds.
"""

import sys
import uuid

import grpc
from google.protobuf import descriptor_pool, message_factory, timestamp_pb2
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

address, key = sys.argv[1], sys.argv[2]
channel = grpc.insecure_channel(address)
metadata = [("authorization", f"Bearer {key}"), ("accept-language", "en")]
database = ProtoReflectionDescriptorDatabase(channel)
pool = descriptor_pool.DescriptorPool(database)

services = set(database.get_services())
for wanted in ("DossierService", "ReportService", "ImportService", "CalendarService", "DeclaredFigureService", "IncidentService"):
    assert f"bonro.v1.{wanted}" in services, services
assert pool.FindMessageTypeByName("google.rpc.BadRequest"), "the details of errors are described"
health = health_pb2_grpc.HealthStub(channel)
state = health.Check(health_pb2.HealthCheckRequest(service="bonro.v1.DossierService")).status
assert state == health_pb2.HealthCheckResponse.SERVING, state


def call(service, method, **fields):
    """Calls a unary method by name, with messages made from what the server says of itself."""
    described = pool.FindServiceByName(f"bonro.v1.{service}").FindMethodByName(method)
    request = message_factory.GetMessageClass(described.input_type)(**fields)
    answer = message_factory.GetMessageClass(described.output_type)
    stub = channel.unary_unary(
        f"/bonro.v1.{service}/{method}",
        request_serializer=lambda message: message.SerializeToString(),
        response_deserializer=answer.FromString,
    )
    return stub(request, metadata=metadata, timeout=20)


def at(text):
    instant = timestamp_pb2.Timestamp()
    instant.FromJsonString(text)
    return {"seconds": instant.seconds}


code = "000.00.04.H48-240506-9001"
wanted = dict(
    code=code,
    procedure="procedures/TEST-5",
    unit="units/NV",
    channel=1,
    applicant={"kind": 1, "full_name": "Người Thử"},
    occurred_at=at("2024-05-06T02:00:00Z"),
    request_id=str(uuid.UUID(int=7)),
)
received = call("DossierService", "ReceiveDossier", **wanted)
assert received.dossier.code == code
assert received.dossier.due_at.ToJsonString() == "2024-05-13T10:00:00Z", received.dossier.due_at
again = call("DossierService", "ReceiveDossier", **wanted)
assert again == received, "the same request id gets the first answer"

told = call("CalendarService", "ExplainDeadline", dossier=f"dossiers/{code}")
assert told.deadline.due_at == received.dossier.due_at, told
assert sum(day.counted for day in told.days) == 5, told.days

try:
    call("DossierService", "ReceiveDossier", **{**wanted, "unit": "units/NOWHERE", "request_id": ""})
    raise AssertionError("an unknown unit was taken")
except grpc.RpcError as error:
    assert error.code() == grpc.StatusCode.INVALID_ARGUMENT, error
    trailer = dict(error.trailing_metadata())["grpc-status-details-bin"]
    status = status_pb2.Status.FromString(trailer)
    bad = error_details_pb2.BadRequest()
    assert any(detail.Unpack(bad) for detail in status.details), status
    assert [v.field for v in bad.field_violations] == ["unit"], bad

try:
    channel.unary_unary("/bonro.v1.UnitService/ListUnits")(b"", timeout=20)
    raise AssertionError("a caller without a key was let in")
except grpc.RpcError as error:
    assert error.code() == grpc.StatusCode.UNAUTHENTICATED, error
print("the Python client is content")
