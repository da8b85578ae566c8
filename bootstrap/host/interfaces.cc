#include "bootstrap/host/interfaces.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <string>

#include "bootstrap/base/errno_status.h"

namespace sm {
namespace {

InterfaceAddress Ipv4(const sockaddr* address) {
  sockaddr_in in;
  std::memcpy(&in, address, sizeof in);
  char text[INET_ADDRSTRLEN] = "";
  inet_ntop(AF_INET, &in.sin_addr, text, sizeof text);
  bool link_local = (ntohl(in.sin_addr.s_addr) >> 16) == 0xa9fe;  // 169.254.0.0/16
  return {text, false, link_local};
}

InterfaceAddress Ipv6(const sockaddr* address) {
  sockaddr_in6 in6;
  std::memcpy(&in6, address, sizeof in6);
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(AF_INET6, &in6.sin6_addr, text, sizeof text);
  return {text, true, IN6_IS_ADDR_LINKLOCAL(&in6.sin6_addr) != 0};
}

std::optional<InterfaceAddress> ToAddress(const sockaddr* address) {
  if (address == nullptr) return std::nullopt;
  if (address->sa_family == AF_INET) return Ipv4(address);
  if (address->sa_family == AF_INET6) return Ipv6(address);
  return std::nullopt;
}

Interface& FindOrAdd(std::vector<Interface>& interfaces, const ifaddrs& entry) {
  auto it = std::find_if(interfaces.begin(), interfaces.end(),
                         [&](const Interface& known) { return known.name == entry.ifa_name; });
  if (it != interfaces.end()) return *it;
  interfaces.push_back({.name = entry.ifa_name,
                        .is_up = (entry.ifa_flags & IFF_UP) != 0,
                        .is_loopback = (entry.ifa_flags & IFF_LOOPBACK) != 0,
                        .addresses = {}});
  return interfaces.back();
}

}  // namespace

std::vector<Interface> ToInterfaces(const ifaddrs* list) {
  std::vector<Interface> interfaces;
  for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_name == nullptr) continue;
    Interface& interface = FindOrAdd(interfaces, *entry);
    if (std::optional<InterfaceAddress> address = ToAddress(entry->ifa_addr)) {
      interface.addresses.push_back(*std::move(address));
    }
  }
  return interfaces;
}

absl::StatusOr<std::vector<Interface>> ListInterfaces() {
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return ErrnoStatus(errno, "list the network interfaces");
  std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owned(list, &freeifaddrs);
  return ToInterfaces(list);
}

}  // namespace sm
