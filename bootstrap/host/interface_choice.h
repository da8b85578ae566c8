// Which network interface the job talks over, and why.
#ifndef SM_BOOTSTRAP_HOST_INTERFACE_CHOICE_H_
#define SM_BOOTSTRAP_HOST_INTERFACE_CHOICE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "bootstrap/host/host_facts.h"

namespace sm {

struct ChosenInterface {
  std::string name;
  // Numeric; the interface's first one in this order of preference: global IPv4, global IPv6,
  // link-local IPv4, link-local IPv6. The last has no scope: use `name` for it.
  std::string address;
  bool is_ipv6 = false;
  std::string reason;  // a sentence for the log
};

// Pure. The interface that the configuration names must exist and be up with an address. When it
// names none: eth0, as SageMaker has it; when that is absent or cannot be used, the one that routes
// to the leader (`routed_interface`, see route.h; empty when that is not known).
//
// FailedPrecondition when there is no such interface or it cannot be used; the message says what is
// wrong with it and lists the interfaces that exist, with their states and addresses.
absl::StatusOr<ChosenInterface> ChooseInterface(const std::vector<Interface>& interfaces,
                                                const std::optional<std::string>& configured,
                                                absl::string_view routed_interface);

// "eth0 (up, 10.0.0.1, fe80::1), eth1 (down, no address)"; "none" for an empty list.
std::string DescribeInterfaces(const std::vector<Interface>& interfaces);

}  // namespace sm

#endif  // SM_BOOTSTRAP_HOST_INTERFACE_CHOICE_H_
