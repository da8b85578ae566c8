// Takes this process's stdout and stderr away for a while.
#ifndef SM_TESTS_SUPPORT_CONSOLE_CAPTURE_H_
#define SM_TESTS_SUPPORT_CONSOLE_CAPTURE_H_

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "bootstrap/base/unique_fd.h"

namespace sm::testing {

// From construction to Finish() (or destruction), what is written to descriptors 1 and 2 lands in
// files in memory: in two, or in one that both lead to.
class ConsoleCapture {
 public:
  enum Mode { kTwoFiles, kOneFile };

  explicit ConsoleCapture(Mode mode = kTwoFiles) {
    fflush(stdout);
    fflush(stderr);
    saved_out_.Reset(dup(STDOUT_FILENO));
    saved_err_.Reset(dup(STDERR_FILENO));
    out_.Reset(memfd_create("stdout", MFD_CLOEXEC));
    err_.Reset(mode == kTwoFiles ? memfd_create("stderr", MFD_CLOEXEC) : dup(out_.get()));
    dup2(out_.get(), STDOUT_FILENO);
    dup2(err_.get(), STDERR_FILENO);
  }
  ~ConsoleCapture() { Finish(); }
  ConsoleCapture(const ConsoleCapture&) = delete;
  ConsoleCapture& operator=(const ConsoleCapture&) = delete;

  void Finish() {
    if (!saved_out_.valid()) return;
    fflush(stdout);
    fflush(stderr);
    dup2(saved_out_.get(), STDOUT_FILENO);
    dup2(saved_err_.get(), STDERR_FILENO);
    saved_out_.Reset();
    saved_err_.Reset();
  }

  // What has been written so far. With one file, both return all of it.
  std::string out() const { return Contents(out_.get()); }
  std::string err() const { return Contents(err_.get()); }

 private:
  static std::string Contents(int fd) {
    std::string text;
    char buffer[1 << 16];
    ssize_t n;
    while ((n = pread(fd, buffer, sizeof buffer, static_cast<off_t>(text.size()))) > 0) {
      text.append(buffer, static_cast<size_t>(n));
    }
    return text;
  }

  UniqueFd saved_out_;
  UniqueFd saved_err_;
  UniqueFd out_;
  UniqueFd err_;
};

}  // namespace sm::testing

#endif  // SM_TESTS_SUPPORT_CONSOLE_CAPTURE_H_
