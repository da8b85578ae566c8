// Finding a TCP port that nobody uses, and keeping it until its user starts.
#ifndef SM_BOOTSTRAP_BASE_PORT_H_
#define SM_BOOTSTRAP_BASE_PORT_H_

#include <string>

#include "absl/status/statusor.h"
#include "bootstrap/base/unique_fd.h"

namespace sm {

// A port that is bound, so that nobody else gets it, but does not listen. Drop it right before the
// program that is to listen there starts.
struct PortReservation {
  int port = 0;
  UniqueFd socket;
};

// Reserves `port` on `address` (numeric, IPv4 or IPv6, with %scope when link-local); 0 means any
// free port below the range from which the kernel serves outgoing connections, so that none of them
// can take it between reservation and use. FailedPrecondition, naming address and port, when it is
// in use; ResourceExhausted when no free one was found.
absl::StatusOr<PortReservation> ReservePort(const std::string& address, int port);

}  // namespace sm

#endif  // SM_BOOTSTRAP_BASE_PORT_H_
