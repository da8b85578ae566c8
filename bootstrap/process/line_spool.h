// Holds a line that is too long for memory until its end has come.
#ifndef SM_BOOTSTRAP_PROCESS_LINE_SPOOL_H_
#define SM_BOOTSTRAP_PROCESS_LINE_SPOOL_H_

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "bootstrap/base/unique_fd.h"

namespace sm {

// A nameless temporary file that is written and then read. Not thread-safe.
class LineSpool {
 public:
  // In /tmp, else /var/tmp. Fails when neither can hold a file.
  static absl::StatusOr<std::unique_ptr<LineSpool>> Create();

  // Adds `data` to the end. On failure (the disk is full) none of it was added.
  absl::Status Append(absl::string_view data);

  // The next part of what was appended, in a buffer of this object that the next call overwrites;
  // empty at the end, or when the file can no longer be read.
  absl::string_view NextPiece();

  // The next piece is the first again.
  void Rewind() { read_ = 0; }

 private:
  static constexpr size_t kPieceBytes = size_t{64} << 10;

  explicit LineSpool(UniqueFd fd);

  UniqueFd fd_;
  uint64_t size_ = 0;
  uint64_t read_ = 0;
  std::unique_ptr<char[]> piece_;
};

}  // namespace sm

#endif  // SM_BOOTSTRAP_PROCESS_LINE_SPOOL_H_
