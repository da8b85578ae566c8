#include "bootstrap/process/line_spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "bootstrap/base/errno_status.h"

namespace sm {

absl::StatusOr<std::unique_ptr<LineSpool>> LineSpool::Create() {
  for (absl::string_view directory : {"/tmp", "/var/tmp"}) {
    std::string path = absl::StrCat(directory, "/sm-bootstrap-line.XXXXXX");
    UniqueFd fd(mkostemp(path.data(), O_CLOEXEC));
    if (!fd.valid()) continue;
    unlink(path.c_str());
    return std::unique_ptr<LineSpool>(new LineSpool(std::move(fd)));
  }
  return ErrnoStatus(errno, "create a temporary file in /tmp or /var/tmp");
}

LineSpool::LineSpool(UniqueFd fd)
    : fd_(std::move(fd)), piece_(std::make_unique<char[]>(kPieceBytes)) {}

absl::Status LineSpool::Append(absl::string_view data) {
  uint64_t at = size_;
  while (!data.empty()) {
    ssize_t n = pwrite(fd_.get(), data.data(), data.size(), static_cast<off_t>(at));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoStatus(errno, "write a temporary file");
    data.remove_prefix(static_cast<size_t>(n));
    at += static_cast<uint64_t>(n);
  }
  size_ = at;
  return absl::OkStatus();
}

absl::string_view LineSpool::NextPiece() {
  size_t wanted = static_cast<size_t>(std::min<uint64_t>(kPieceBytes, size_ - read_));
  ssize_t n;
  do {
    n = pread(fd_.get(), piece_.get(), wanted, static_cast<off_t>(read_));
  } while (n < 0 && errno == EINTR);
  if (n <= 0) return {};
  read_ += static_cast<uint64_t>(n);
  return {piece_.get(), static_cast<size_t>(n)};
}

}  // namespace sm
