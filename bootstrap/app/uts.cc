#include "bootstrap/app/uts.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "bootstrap/base/errno_status.h"
#include "bootstrap/base/log.h"
#include "bootstrap/base/status_macros.h"
#include "bootstrap/base/unique_fd.h"

namespace sm {
namespace {

// The kernel takes each of these files in exactly one write.
absl::Status WriteProcFile(const char* path, const std::string& text) {
  UniqueFd fd(open(path, O_WRONLY | O_CLOEXEC));
  if (!fd.valid()) return ErrnoStatus(errno, absl::StrCat("open ", path));
  if (write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    return ErrnoStatus(errno, absl::StrCat("write ", path));
  }
  return absl::OkStatus();
}

absl::Status UnshareUts() {
  if (unshare(CLONE_NEWUTS) == 0) return absl::OkStatus();
  if (errno != EPERM) return ErrnoStatus(errno, "unshare(CLONE_NEWUTS)");
  const uid_t uid = getuid();
  const gid_t gid = getgid();
  if (unshare(CLONE_NEWUSER | CLONE_NEWUTS) != 0) {
    return ErrnoStatus(errno, "unshare(CLONE_NEWUSER | CLONE_NEWUTS)");
  }
  SM_RETURN_IF_ERROR(WriteProcFile("/proc/self/setgroups", "deny"));
  SM_RETURN_IF_ERROR(WriteProcFile("/proc/self/uid_map", absl::StrCat(uid, " ", uid, " 1\n")));
  return WriteProcFile("/proc/self/gid_map", absl::StrCat(gid, " ", gid, " 1\n"));
}

absl::Status Enter(const std::string& name) {
  SM_RETURN_IF_ERROR(UnshareUts());
  if (sethostname(name.data(), name.size()) != 0) {
    return ErrnoStatus(errno, absl::StrCat("sethostname ", name));
  }
  return absl::OkStatus();
}

}  // namespace

void EnterUtsNamespace(const std::string& name) {
  if (absl::Status entered = Enter(name); !entered.ok()) {
    log::Warning(absl::StrCat("no host name of our own: ", entered.message()));
  }
}

}  // namespace sm
