// A file descriptor that is closed when its owner goes away.
#ifndef SM_BOOTSTRAP_BASE_UNIQUE_FD_H_
#define SM_BOOTSTRAP_BASE_UNIQUE_FD_H_

#include <unistd.h>

#include <utility>

namespace sm {

// Owns one descriptor, or none (-1). Move-only; not thread-safe.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.Release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) Reset(other.Release());
    return *this;
  }
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  ~UniqueFd() { Reset(); }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

  // Gives the descriptor away; the caller closes it.
  [[nodiscard]] int Release() { return std::exchange(fd_, -1); }

  // Closes what is held, if anything, and takes `fd`. Linux frees the descriptor even when close()
  // reports an error, so it is never closed twice.
  void Reset(int fd = -1) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
  }

 private:
  int fd_ = -1;
};

}  // namespace sm

#endif  // SM_BOOTSTRAP_BASE_UNIQUE_FD_H_
