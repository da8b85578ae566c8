// The parts of the codec, in the generated types; not for use outside this directory.
#ifndef SM_RENDEZVOUS_WIRE_INTERNAL_CODEC_H_
#define SM_RENDEZVOUS_WIRE_INTERNAL_CODEC_H_

#include <cstdint>
#include <limits>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rendezvous/core/host_list.h"
#include "rendezvous/core/messages.h"
#include "sm/rendezvous/v1/rendezvous.pb.h"

namespace sm::rendezvous::internal {

// Numbers go over the wire as unsigned. A negative value of ours (there is none by contract) is
// sent as 0; one of theirs beyond int is taken as the largest, and refused where a range is known.
inline uint32_t ToWire(int value) { return value < 0 ? 0 : static_cast<uint32_t>(value); }
inline int FromWire(uint32_t value) {
  constexpr uint32_t kMax = std::numeric_limits<int>::max();
  return static_cast<int>(value < kMax ? value : kMax);
}

absl::Status OutOfRange(absl::string_view what, uint32_t value);

void ToProto(const Cause& cause, v1::Cause& proto);
absl::StatusOr<Cause> FromProto(const v1::Cause& proto);

void ToProto(const World& world, v1::World& proto);
absl::StatusOr<World> FromProto(const v1::World& proto, const HostList& hosts);

}  // namespace sm::rendezvous::internal

#endif  // SM_RENDEZVOUS_WIRE_INTERNAL_CODEC_H_
