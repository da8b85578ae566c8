#include "bootstrap/base/port.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include <memory>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"

namespace sm {
namespace {

// Registered ports that few programs use, below the default ip_local_port_range (32768 and up).
constexpr int kLowestPort = 15000;
constexpr int kHighestPort = 31999;
constexpr int kTries = 200;

using AddressInfo = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

AddressInfo ParseAddress(const std::string& address, int port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  addrinfo* found = nullptr;
  if (getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
    found = nullptr;
  }
  return AddressInfo(found, &freeaddrinfo);
}

// The bound socket, or the errno that says why not.
UniqueFd Bind(const std::string& address, int port, int reuse, int& error) {
  AddressInfo info = ParseAddress(address, port);
  if (info == nullptr) {
    error = EINVAL;
    return UniqueFd();
  }
  UniqueFd fd(socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (fd.valid()) setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse);
  if (!fd.valid() || bind(fd.get(), info->ai_addr, info->ai_addrlen) != 0) {
    error = errno;
    return UniqueFd();
  }
  error = 0;
  return fd;
}

}  // namespace

absl::StatusOr<PortReservation> ReservePort(const std::string& address, int port) {
  int error = 0;
  if (port != 0) {
    // Reuse, or a connection of an earlier job in TIME_WAIT would make the port look used.
    UniqueFd fd = Bind(address, port, /*reuse=*/1, error);
    if (fd.valid()) return PortReservation{port, std::move(fd)};
    return absl::FailedPreconditionError(
        absl::StrCat("cannot bind port ", port, " on ", address, ": ", strerror(error)));
  }
  absl::BitGen random;
  for (int i = 0; i < kTries; ++i) {
    int candidate = absl::Uniform(absl::IntervalClosed, random, kLowestPort, kHighestPort);
    // No reuse: Linux would give the same port to two reservations that both allow it.
    UniqueFd fd = Bind(address, candidate, /*reuse=*/0, error);
    if (fd.valid()) return PortReservation{candidate, std::move(fd)};
  }
  return absl::ResourceExhaustedError(
      absl::StrCat("no free port on ", address, " in ", kTries, " tries: ", strerror(error)));
}

}  // namespace sm
