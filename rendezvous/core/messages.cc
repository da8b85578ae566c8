#include "rendezvous/core/messages.h"

#include <utility>

#include "rendezvous/core/text.h"

namespace sm::rendezvous {
namespace {

constexpr size_t kMaxDisplayBytes = 200;

// FNV-1a, 64 bits: the same in every build and on every host. (absl::Hash is seeded anew in each
// process.) It tells mistakes apart, not attackers.
uint64_t Fingerprint(const std::string& value) {
  uint64_t hash = 0xcbf29ce484222325;
  for (char c : value) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3;
  }
  return hash;
}

}  // namespace

Agreement MakeAgreement(std::string field, const std::string& value) {
  return {std::move(field), Fingerprint(value), Bounded(value, kMaxDisplayBytes)};
}

}  // namespace sm::rendezvous
