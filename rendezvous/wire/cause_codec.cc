#include <string>

#include "absl/strings/str_cat.h"
#include "bootstrap/base/status_macros.h"
#include "rendezvous/core/hello_check.h"
#include "rendezvous/core/text.h"
#include "rendezvous/wire/internal_codec.h"

namespace sm::rendezvous::internal {
namespace {

constexpr size_t kMaxNameBytes = 64;  // of a phase or a role
constexpr uint32_t kMaxExitCode = 255;
constexpr uint32_t kMaxSignal = 64;
constexpr uint32_t kMaxErrno = 4095;

// --- To the wire --------------------------------------------------------------------------------

void Set(const Exited& exited, v1::RankFailed& proto) { proto.set_exit_code(ToWire(exited.code)); }

void Set(const Signaled& signaled, v1::RankFailed& proto) {
  proto.mutable_signaled()->set_signo(ToWire(signaled.signo));
  proto.mutable_signaled()->set_core_dumped(signaled.core_dumped);
}

void Set(const NotStarted& not_started, v1::RankFailed& proto) {
  proto.mutable_not_started()->set_stage(static_cast<uint32_t>(not_started.stage));
  proto.mutable_not_started()->set_error(ToWire(not_started.error));
}

void Set(const RankFailed& failed, v1::Cause& proto) {
  v1::RankFailed& kind = *proto.mutable_rank_failed();
  kind.set_rank(ToWire(failed.rank));
  kind.set_role(Bounded(failed.role, kMaxNameBytes));
  std::visit([&kind](const auto& result) { Set(result, kind); }, failed.result);
}

void Set(const HostFailed& failed, v1::Cause& proto) {
  proto.mutable_host_failed()->set_phase(Bounded(failed.phase, kMaxNameBytes));
  proto.mutable_host_failed()->set_exit_code(ToWire(failed.exit_code));
}

void Set(const HostLost&, v1::Cause& proto) { proto.mutable_host_lost(); }

void Set(const Stopped& stopped, v1::Cause& proto) {
  proto.mutable_stopped()->set_signo(ToWire(stopped.signo));
}

// --- From the wire ------------------------------------------------------------------------------

absl::StatusOr<ExitResult> ResultFromProto(const v1::RankFailed& proto) {
  switch (proto.result_case()) {
    case v1::RankFailed::kExitCode:
      if (proto.exit_code() > kMaxExitCode) return OutOfRange("exit code", proto.exit_code());
      return Exited{FromWire(proto.exit_code())};
    case v1::RankFailed::kSignaled: {
      uint32_t signo = proto.signaled().signo();
      if (signo < 1 || signo > kMaxSignal) return OutOfRange("signal", signo);
      return Signaled{FromWire(signo), proto.signaled().core_dumped()};
    }
    case v1::RankFailed::kNotStarted: {
      uint32_t stage = proto.not_started().stage();
      uint32_t error = proto.not_started().error();
      if (stage > static_cast<uint32_t>(SpawnStage::kExec)) return OutOfRange("stage", stage);
      if (error > kMaxErrno) return OutOfRange("errno", error);
      return NotStarted{static_cast<SpawnStage>(stage), FromWire(error)};
    }
    case v1::RankFailed::RESULT_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError("a rank failed without a result");
}

absl::StatusOr<RankFailed> KindFromProto(const v1::RankFailed& proto) {
  RankFailed failed;
  failed.rank = FromWire(proto.rank());
  failed.role = Bounded(proto.role(), kMaxNameBytes);
  SM_ASSIGN_OR_RETURN(failed.result, ResultFromProto(proto));
  return failed;
}

absl::StatusOr<HostFailed> KindFromProto(const v1::HostFailed& proto) {
  if (proto.exit_code() > kMaxExitCode) return OutOfRange("exit code", proto.exit_code());
  return HostFailed{Bounded(proto.phase(), kMaxNameBytes), FromWire(proto.exit_code())};
}

absl::StatusOr<Stopped> KindFromProto(const v1::Stopped& proto) {
  if (proto.signo() > kMaxSignal) return OutOfRange("signal", proto.signo());
  return Stopped{FromWire(proto.signo())};
}

}  // namespace

absl::Status OutOfRange(absl::string_view what, uint32_t value) {
  return absl::InvalidArgumentError(
      absl::StrCat("its message has ", what, " ", value, ", which is out of range"));
}

void ToProto(const Cause& cause, v1::Cause& proto) {
  proto.set_host(Bounded(cause.host, kMaxHostNameBytes));
  proto.set_detail(Bounded(cause.detail, kMaxMessageBytes));
  std::visit([&proto](const auto& kind) { Set(kind, proto); }, cause.kind);
}

absl::StatusOr<Cause> FromProto(const v1::Cause& proto) {
  Cause cause;
  cause.host = Bounded(proto.host(), kMaxHostNameBytes);
  cause.detail = Bounded(proto.detail(), kMaxMessageBytes);
  switch (proto.kind_case()) {
    case v1::Cause::kRankFailed: {
      SM_ASSIGN_OR_RETURN(cause.kind, KindFromProto(proto.rank_failed()));
      return cause;
    }
    case v1::Cause::kHostFailed: {
      SM_ASSIGN_OR_RETURN(cause.kind, KindFromProto(proto.host_failed()));
      return cause;
    }
    case v1::Cause::kStopped: {
      SM_ASSIGN_OR_RETURN(cause.kind, KindFromProto(proto.stopped()));
      return cause;
    }
    case v1::Cause::kHostLost:
      cause.kind = HostLost{};
      return cause;
    case v1::Cause::KIND_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError("its message has a cause of no kind that is known here");
}

}  // namespace sm::rendezvous::internal
