#include "rendezvous/service/listen_probe.h"

#include <netdb.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>

#include "absl/strings/str_cat.h"
#include "bootstrap/base/errno_status.h"
#include "bootstrap/base/unique_fd.h"
#include "rendezvous/wire/address.h"

namespace sm::rendezvous {
namespace {

// Zero, or the errno of the step that failed.
int TryToListen(const addrinfo& address) {
  UniqueFd fd(socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return errno;
  // Connections of an earlier leader that are still in TIME_WAIT are no obstacle to gRPC.
  int on = 1;
  if (setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0) return errno;
  if (bind(fd.get(), address.ai_addr, address.ai_addrlen) != 0) return errno;
  return listen(fd.get(), 1) == 0 ? 0 : errno;
}

}  // namespace

absl::Status CanListenOn(const std::string& address, int port) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(address.c_str(), absl::StrCat(port).c_str(), &hints, &found) != 0) {
    return absl::InvalidArgumentError(absl::StrCat("cannot listen on \"", address, "\" port ", port,
                                                   ": expected a numeric address"));
  }
  std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(found, &freeaddrinfo);
  int error = TryToListen(*found);
  if (error == 0) return absl::OkStatus();
  std::string what = absl::StrCat("cannot listen on ", HostPort(address, port));
  return absl::FailedPreconditionError(ErrnoStatus(error, what).message());
}

}  // namespace sm::rendezvous
