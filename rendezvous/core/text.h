// Text that ends up in messages and logs: bounded, however long what it quotes.
#ifndef SM_RENDEZVOUS_CORE_TEXT_H_
#define SM_RENDEZVOUS_CORE_TEXT_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sm::rendezvous {

// No message that goes to people is longer than this.
inline constexpr size_t kMaxMessageBytes = 2048;

// `text`, or its beginning and "..." when it is longer than `limit` (at least 3) bytes. Never cuts
// within a UTF-8 sequence.
std::string Bounded(absl::string_view text, size_t limit);

// "12s", "2m5s": whole seconds, since nobody waits by the millisecond. Below a second, whole
// milliseconds.
std::string HumanDuration(absl::Duration d);

// "1 rank", "2 ranks".
std::string Count(int n, absl::string_view noun);

}  // namespace sm::rendezvous

#endif  // SM_RENDEZVOUS_CORE_TEXT_H_
