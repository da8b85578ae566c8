// Why an address cannot be listened on, which gRPC does not tell.
#ifndef SM_RENDEZVOUS_SERVICE_LISTEN_PROBE_H_
#define SM_RENDEZVOUS_SERVICE_LISTEN_PROBE_H_

#include <string>

#include "absl/status/status.h"

namespace sm::rendezvous {

// Listens on the numeric `address` and `port` for a moment. InvalidArgument when `address` is not
// numeric, else FailedPrecondition: "cannot listen on 10.0.0.1:7776: Address already in use".
absl::Status CanListenOn(const std::string& address, int port);

}  // namespace sm::rendezvous

#endif  // SM_RENDEZVOUS_SERVICE_LISTEN_PROBE_H_
