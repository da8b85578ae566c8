#include "bootstrap/host/route.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "bootstrap/base/errno_status.h"
#include "bootstrap/base/status_macros.h"
#include "bootstrap/base/unique_fd.h"

namespace sm {
namespace {

// Connecting a datagram socket only looks up the route; the discard port is as good as any.
constexpr char kAnyPort[] = "9";

using AddressInfo = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

absl::StatusOr<AddressInfo> ParseNumeric(const std::string& address) {
  addrinfo hints = {};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* result = nullptr;
  if (int error = getaddrinfo(address.c_str(), kAnyPort, &hints, &result); error != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", address, "' is not a numeric network address: ", gai_strerror(error)));
  }
  return AddressInfo(result, &freeaddrinfo);
}

absl::StatusOr<sockaddr_storage> SourceTowards(const addrinfo& target, const std::string& text) {
  UniqueFd fd(socket(target.ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return ErrnoStatus(errno, absl::StrCat("open a socket towards ", text));
  if (connect(fd.get(), target.ai_addr, target.ai_addrlen) != 0) {
    return ErrnoStatus(errno, absl::StrCat("find a route to ", text));
  }
  sockaddr_storage source = {};
  socklen_t length = sizeof source;
  if (getsockname(fd.get(), reinterpret_cast<sockaddr*>(&source), &length) != 0) {
    return ErrnoStatus(errno, absl::StrCat("ask for our address towards ", text));
  }
  return source;
}

// The scope is the interface's name for a link-local IPv6 address, else empty.
struct Source {
  std::string address;
  std::string scope;
};

Source Describe(const sockaddr_storage& storage) {
  char address[INET6_ADDRSTRLEN] = "";
  char scope[IF_NAMESIZE] = "";
  if (storage.ss_family == AF_INET) {
    const auto& in = reinterpret_cast<const sockaddr_in&>(storage);
    inet_ntop(AF_INET, &in.sin_addr, address, sizeof address);
  } else {
    const auto& in6 = reinterpret_cast<const sockaddr_in6&>(storage);
    inet_ntop(AF_INET6, &in6.sin6_addr, address, sizeof address);
    if (in6.sin6_scope_id != 0) if_indextoname(in6.sin6_scope_id, scope);
  }
  return {address, scope};
}

bool Holds(const Interface& interface, const Source& source) {
  if (!source.scope.empty()) return interface.name == source.scope;
  for (const InterfaceAddress& own : interface.addresses) {
    if (own.address == source.address) return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<std::string> InterfaceTowards(absl::string_view numeric_address,
                                             const std::vector<Interface>& interfaces) {
  std::string text(numeric_address);
  SM_ASSIGN_OR_RETURN(AddressInfo target, ParseNumeric(text));
  SM_ASSIGN_OR_RETURN(sockaddr_storage storage, SourceTowards(*target, text));
  Source source = Describe(storage);
  for (const Interface& interface : interfaces) {
    if (interface.is_up && Holds(interface, source)) return interface.name;
  }
  return absl::NotFoundError(absl::StrCat("packets to ", text, " would leave from ", source.address,
                                          ", which no interface of this host has"));
}

}  // namespace sm
