// Whether a host that introduces itself may take part.
#ifndef SM_RENDEZVOUS_CORE_HELLO_CHECK_H_
#define SM_RENDEZVOUS_CORE_HELLO_CHECK_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "rendezvous/core/messages.h"

namespace sm::rendezvous {

inline constexpr size_t kMaxHostNameBytes = 255;
inline constexpr size_t kMaxVersionBytes = 128;
inline constexpr size_t kMaxAddressBytes = 64;
inline constexpr size_t kMaxAgreements = 64;
inline constexpr size_t kMaxAgreementFieldBytes = 64;
inline constexpr size_t kMaxAgreementDisplayBytes = 256;
inline constexpr int kMaxLocalWorldSize = 65536;

// Says what is wrong with `hello` taken alone (sizes and ranges; not the host's name or protocol).
std::optional<std::string> FindMalformed(const Hello& hello);

// Says that `hello` speaks another protocol than ours.
std::optional<std::string> FindProtocolMismatch(const Hello& hello, absl::string_view our_version);

// Compares what must be the same everywhere with what the leader's own host said, and says which
// field differs, with both values. The first difference in the leader's order is reported.
std::optional<std::string> FindDisagreement(const Hello& hello, absl::string_view leader,
                                            const std::vector<Agreement>& reference);

}  // namespace sm::rendezvous

#endif  // SM_RENDEZVOUS_CORE_HELLO_CHECK_H_
