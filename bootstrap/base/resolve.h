// Host names to numeric addresses.
#ifndef SM_BOOTSTRAP_BASE_RESOLVE_H_
#define SM_BOOTSTRAP_BASE_RESOLVE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace sm {

// The addresses of `host`, a name or already numeric, in the resolver's order of preference;
// numeric text, with %scope when link-local. Blocks as long as the system's resolver does (seconds,
// when name servers do not answer). NotFound, naming the host and the resolver's reason, when there
// is none.
absl::StatusOr<std::vector<std::string>> ResolveHost(const std::string& host);

}  // namespace sm

#endif  // SM_BOOTSTRAP_BASE_RESOLVE_H_
