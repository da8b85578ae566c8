// The network interfaces of this machine, as the kernel lists them.
#ifndef SM_BOOTSTRAP_HOST_INTERFACES_H_
#define SM_BOOTSTRAP_HOST_INTERFACES_H_

#include <vector>

#include "absl/status/statusor.h"
#include "bootstrap/host/host_facts.h"

struct ifaddrs;

namespace sm {

// Every interface of this network namespace, with its IPv4 and IPv6 addresses in the kernel's
// order. errno's mapping when the kernel does not answer.
absl::StatusOr<std::vector<Interface>> ListInterfaces();

// The same for a list as getifaddrs() makes it: an entry per interface without an address and one
// per address. Pure.
std::vector<Interface> ToInterfaces(const ifaddrs* list);

}  // namespace sm

#endif  // SM_BOOTSTRAP_HOST_INTERFACES_H_
