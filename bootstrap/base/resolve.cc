#include "bootstrap/base/resolve.h"

#include <netdb.h>
#include <sys/socket.h>

#include <memory>

#include "absl/strings/str_cat.h"

namespace sm {

absl::StatusOr<std::vector<std::string>> ResolveHost(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* head = nullptr;
  if (int error = getaddrinfo(host.c_str(), nullptr, &hints, &head); error != 0) {
    return absl::NotFoundError(
        absl::StrCat("the name ", host, " does not resolve: ", gai_strerror(error)));
  }
  std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(head, &freeaddrinfo);
  std::vector<std::string> addresses;
  for (const addrinfo* info = head; info != nullptr; info = info->ai_next) {
    char text[NI_MAXHOST] = "";
    if (getnameinfo(info->ai_addr, info->ai_addrlen, text, sizeof text, nullptr, 0,
                    NI_NUMERICHOST) == 0) {
      addresses.emplace_back(text);
    }
  }
  if (addresses.empty()) {
    return absl::NotFoundError(absl::StrCat("the name ", host, " has no address"));
  }
  return addresses;
}

}  // namespace sm
