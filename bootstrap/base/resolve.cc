#include "bootstrap/base/resolve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "bootstrap/base/errno_status.h"

namespace sm {
namespace {

// The longest IPv6 text, '%' and the longest name of an interface.
constexpr size_t kMaxAddressBytes = 64;

bool IsScope(absl::string_view scope) {
  return !scope.empty() && scope.size() < 16 &&
         std::all_of(scope.begin(), scope.end(), [](unsigned char c) {
           return c > ' ' && c < 0x7f && c != '%' && c != '/' && c != ']';
         });
}

std::string NumericText(const addrinfo& address) {
  char text[NI_MAXHOST];
  if (getnameinfo(address.ai_addr, address.ai_addrlen, text, sizeof(text), nullptr, 0,
                  NI_NUMERICHOST) != 0) {
    return "";
  }
  return text;
}

absl::StatusOr<std::vector<std::string>> ResolveNow(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  int error = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (error == EAI_SYSTEM) {
    return absl::NotFoundError(ErrnoStatus(errno, "its name does not resolve").message());
  }
  if (error != 0) {
    return absl::NotFoundError(absl::StrCat("its name does not resolve: ", gai_strerror(error)));
  }
  std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(found, &freeaddrinfo);
  std::vector<std::string> addresses;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    std::string address = NumericText(*entry);
    if (address.empty() || std::count(addresses.begin(), addresses.end(), address) > 0) continue;
    addresses.push_back(std::move(address));
  }
  if (addresses.empty()) return absl::NotFoundError("its name has no address");
  return addresses;
}

}  // namespace

bool IsNumericAddress(absl::string_view address) {
  if (address.size() > kMaxAddressBytes) return false;
  std::string plain(address.substr(0, address.find('%')));
  in_addr v4{};
  in6_addr v6{};
  if (plain.size() == address.size() && inet_pton(AF_INET, plain.c_str(), &v4) == 1) return true;
  if (inet_pton(AF_INET6, plain.c_str(), &v6) != 1) return false;
  return plain.size() == address.size() || IsScope(address.substr(plain.size() + 1));
}

void Resolve(const std::string& host, const ResolveCallback& done) {
  if (IsNumericAddress(host)) return done(std::vector<std::string>{host});
  try {
    std::thread([host, done] { done(ResolveNow(host)); }).detach();
  } catch (const std::system_error& error) {
    done(absl::NotFoundError(absl::StrCat("cannot start a thread to resolve: ", error.what())));
  }
}

}  // namespace sm
