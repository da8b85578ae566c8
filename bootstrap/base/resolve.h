// Host names to numeric addresses, without making anyone wait for a resolver that hangs.
#ifndef SM_BOOTSTRAP_BASE_RESOLVE_H_
#define SM_BOOTSTRAP_BASE_RESOLVE_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sm {

// "192.0.2.1", "fe80::1%eth0": an address that needs no resolver.
bool IsNumericAddress(absl::string_view address);

using ResolveCallback = std::function<void(absl::StatusOr<std::vector<std::string>>)>;

// Calls `done` once with the addresses of `host` in the system's order of preference, or with
// NotFound and the resolver's words. A numeric `host` is its own address, given back at once.
//
// A name is looked up by getaddrinfo() on a detached thread, because that call can neither be
// bounded nor cancelled: a caller that goes away leaves the thread behind until the resolver's own
// timeouts end it. So `done`, which is copied, must hold what it uses, or know when that is gone.
void Resolve(const std::string& host, const ResolveCallback& done);

}  // namespace sm

#endif  // SM_BOOTSTRAP_BASE_RESOLVE_H_
