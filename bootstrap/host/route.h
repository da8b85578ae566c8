// Which interface the kernel would send through.
#ifndef SM_BOOTSTRAP_HOST_ROUTE_H_
#define SM_BOOTSTRAP_HOST_ROUTE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "bootstrap/host/host_facts.h"

namespace sm {

// The name of the interface among `interfaces` whose address the kernel would use as the source of
// packets to `numeric_address` (IPv4, or IPv6 with or without "%scope"). For one of our own
// addresses that is the interface which holds it. No packet is sent.
//
// InvalidArgument when the text is not a numeric address; Unavailable and other mappings of errno
// when there is no route; NotFound when no interface of the list has the source address.
absl::StatusOr<std::string> InterfaceTowards(absl::string_view numeric_address,
                                             const std::vector<Interface>& interfaces);

}  // namespace sm

#endif  // SM_BOOTSTRAP_HOST_ROUTE_H_
