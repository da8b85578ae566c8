#include "rendezvous/wire/codec.h"

#include <string>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "bootstrap/base/status_macros.h"
#include "rendezvous/core/hello_check.h"
#include "rendezvous/core/text.h"
#include "rendezvous/wire/internal_codec.h"
#include "rendezvous/wire/limits.h"

namespace sm::rendezvous {
namespace {

using internal::FromProto;
using internal::FromWire;
using internal::ToProto;
using internal::ToWire;

// --- To the wire --------------------------------------------------------------------------------

grpc::ByteBuffer Serialize(const google::protobuf::MessageLite& proto) {
  grpc::Slice slice(proto.SerializeAsString());
  return grpc::ByteBuffer(&slice, 1);
}

void Set(const Hello& hello, v1::HostMessage& proto) {
  v1::Hello& kind = *proto.mutable_hello();
  kind.set_host(hello.host);
  kind.set_protocol(ToWire(hello.protocol));
  kind.set_version(hello.version);
  kind.set_incarnation(hello.incarnation);
  kind.set_address(hello.address);
  kind.set_local_world_size(ToWire(hello.local_world_size));
  kind.set_cpus(ToWire(hello.cpus));
  if (hello.gpus) kind.set_gpus(ToWire(*hello.gpus));
  if (hello.neuron_cores) kind.set_neuron_cores(ToWire(*hello.neuron_cores));
  for (const Agreement& agreement : hello.agreements) {
    v1::Agreement& added = *kind.add_agreements();
    added.set_field(agreement.field);
    added.set_fingerprint(agreement.fingerprint);
    added.set_display(agreement.display);
  }
}

void Set(const BarrierArrival& arrival, v1::HostMessage& proto) {
  proto.mutable_barrier_arrival()->set_barrier(arrival.barrier);
}

void Set(const Cause& cause, v1::HostMessage& proto) { ToProto(cause, *proto.mutable_cause()); }

void Set(const HostOutcome& outcome, v1::HostMessage& proto) {
  proto.mutable_outcome()->set_succeeded_ranks(ToWire(outcome.succeeded_ranks));
  proto.mutable_outcome()->set_failed_ranks(ToWire(outcome.failed_ranks));
}

v1::Refusal::Reason ToWire(Refusal::Reason reason) {
  switch (reason) {
    case Refusal::Reason::kUnknownHost:
      return v1::Refusal::UNKNOWN_HOST;
    case Refusal::Reason::kDuplicateHost:
      return v1::Refusal::DUPLICATE_HOST;
    case Refusal::Reason::kVersion:
      return v1::Refusal::VERSION;
    case Refusal::Reason::kDisagreement:
      return v1::Refusal::DISAGREEMENT;
    case Refusal::Reason::kTimeout:
      return v1::Refusal::TIMEOUT;
    case Refusal::Reason::kMalformed:
      break;
  }
  return v1::Refusal::MALFORMED;
}

void Set(const Refusal& refusal, v1::LeaderMessage& proto) {
  proto.mutable_refusal()->set_reason(ToWire(refusal.reason));
  proto.mutable_refusal()->set_message(Bounded(refusal.message, kMaxMessageBytes));
}

void Set(const Progress& progress, v1::LeaderMessage& proto) {
  proto.mutable_progress()->set_message(Bounded(progress.message, kMaxMessageBytes));
}

void Set(const World& world, v1::LeaderMessage& proto) { ToProto(world, *proto.mutable_world()); }

void Set(const BarrierRelease& release, v1::LeaderMessage& proto) {
  proto.mutable_barrier_release()->set_barrier(release.barrier);
}

void Set(const EndOrder& order, v1::LeaderMessage& proto) {
  ToProto(order.cause, *proto.mutable_end_order()->mutable_cause());
}

void Set(const Verdict& verdict, v1::LeaderMessage& proto) {
  v1::Verdict& kind = *proto.mutable_verdict();
  if (verdict.cause) ToProto(*verdict.cause, *kind.mutable_cause());
  for (const std::string& host : verdict.unaccounted_hosts) kind.add_unaccounted_hosts(host);
}

// --- From the wire ------------------------------------------------------------------------------

absl::Status Parse(const grpc::ByteBuffer& bytes, int limit, google::protobuf::MessageLite& proto) {
  if (bytes.Length() > static_cast<size_t>(limit)) {
    return absl::InvalidArgumentError(absl::StrCat("its message has ", bytes.Length(),
                                                   " bytes, at most ", limit, " are allowed"));
  }
  grpc::Slice slice;
  if (!bytes.TrySingleSlice(&slice).ok() && !bytes.DumpToSingleSlice(&slice).ok()) {
    return absl::InvalidArgumentError("its message cannot be read");
  }
  if (!proto.ParseFromArray(slice.begin(), static_cast<int>(slice.size()))) {
    return absl::InvalidArgumentError(
        absl::StrCat("its message of ", slice.size(), " bytes is not one of our protocol"));
  }
  return absl::OkStatus();
}

absl::Status UnknownKind() {
  return absl::InvalidArgumentError("its message is of no kind that is known here");
}

std::optional<int> Optional(bool present, uint32_t value) {
  return present ? std::optional<int>(FromWire(value)) : std::nullopt;
}

Hello HelloFromProto(const v1::Hello& proto) {
  Hello hello;
  hello.host = proto.host();
  hello.protocol = FromWire(proto.protocol());
  hello.version = proto.version();
  hello.incarnation = proto.incarnation();
  hello.address = proto.address();
  hello.local_world_size = FromWire(proto.local_world_size());
  hello.cpus = FromWire(proto.cpus());
  hello.gpus = Optional(proto.has_gpus(), proto.gpus());
  hello.neuron_cores = Optional(proto.has_neuron_cores(), proto.neuron_cores());
  for (const v1::Agreement& agreement : proto.agreements()) {
    hello.agreements.push_back({agreement.field(), agreement.fingerprint(), agreement.display()});
  }
  return hello;
}

Refusal::Reason FromWire(v1::Refusal::Reason reason) {
  switch (reason) {
    case v1::Refusal::UNKNOWN_HOST:
      return Refusal::Reason::kUnknownHost;
    case v1::Refusal::DUPLICATE_HOST:
      return Refusal::Reason::kDuplicateHost;
    case v1::Refusal::VERSION:
      return Refusal::Reason::kVersion;
    case v1::Refusal::DISAGREEMENT:
      return Refusal::Reason::kDisagreement;
    case v1::Refusal::TIMEOUT:
      return Refusal::Reason::kTimeout;
    default:  // what a newer leader may say is a refusal all the same
      return Refusal::Reason::kMalformed;
  }
}

absl::StatusOr<Verdict> VerdictFromProto(const v1::Verdict& proto) {
  Verdict verdict;
  if (proto.has_cause()) {
    SM_ASSIGN_OR_RETURN(verdict.cause, FromProto(proto.cause()));
  }
  for (const std::string& host : proto.unaccounted_hosts()) {
    verdict.unaccounted_hosts.push_back(Bounded(host, kMaxHostNameBytes));
  }
  return verdict;
}

}  // namespace

grpc::ByteBuffer Encode(const HostMessage& message) {
  v1::HostMessage proto;
  std::visit([&proto](const auto& kind) { Set(kind, proto); }, message);
  return Serialize(proto);
}

grpc::ByteBuffer Encode(const LeaderMessage& message) {
  v1::LeaderMessage proto;
  std::visit([&proto](const auto& kind) { Set(kind, proto); }, message);
  return Serialize(proto);
}

absl::StatusOr<HostMessage> DecodeHostMessage(const grpc::ByteBuffer& bytes) {
  v1::HostMessage proto;
  SM_RETURN_IF_ERROR(Parse(bytes, kMaxHostMessageBytes, proto));
  switch (proto.kind_case()) {
    case v1::HostMessage::kHello:
      return HelloFromProto(proto.hello());
    case v1::HostMessage::kBarrierArrival:
      return BarrierArrival{proto.barrier_arrival().barrier()};
    case v1::HostMessage::kCause:
      return FromProto(proto.cause());
    case v1::HostMessage::kOutcome:
      return HostOutcome{FromWire(proto.outcome().succeeded_ranks()),
                         FromWire(proto.outcome().failed_ranks())};
    case v1::HostMessage::KIND_NOT_SET:
      break;
  }
  return UnknownKind();
}

absl::StatusOr<LeaderMessage> DecodeLeaderMessage(const grpc::ByteBuffer& bytes,
                                                  const HostList& hosts) {
  v1::LeaderMessage proto;
  SM_RETURN_IF_ERROR(Parse(bytes, kMaxLeaderMessageBytes, proto));
  switch (proto.kind_case()) {
    case v1::LeaderMessage::kRefusal:
      return Refusal{FromWire(proto.refusal().reason()),
                     Bounded(proto.refusal().message(), kMaxMessageBytes)};
    case v1::LeaderMessage::kProgress:
      return Progress{Bounded(proto.progress().message(), kMaxMessageBytes)};
    case v1::LeaderMessage::kWorld:
      return FromProto(proto.world(), hosts);
    case v1::LeaderMessage::kBarrierRelease:
      return BarrierRelease{proto.barrier_release().barrier()};
    case v1::LeaderMessage::kEndOrder: {
      SM_ASSIGN_OR_RETURN(Cause cause, FromProto(proto.end_order().cause()));
      return EndOrder{std::move(cause)};
    }
    case v1::LeaderMessage::kVerdict:
      return VerdictFromProto(proto.verdict());
    case v1::LeaderMessage::KIND_NOT_SET:
      break;
  }
  return UnknownKind();
}

}  // namespace sm::rendezvous
