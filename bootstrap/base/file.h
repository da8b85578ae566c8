// Whole files, read and written in one go.
#ifndef SM_BOOTSTRAP_BASE_FILE_H_
#define SM_BOOTSTRAP_BASE_FILE_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sm {

// The bytes of the regular file (or /proc, /sys file) at `path`. NotFound when it does not exist;
// ResourceExhausted when it holds more than `max_bytes`; else errno's mapping. Every message names
// the path.
absl::StatusOr<std::string> ReadFile(const std::string& path, size_t max_bytes = size_t{64} << 20);

// Replaces `path` atomically: readers see the old bytes or the new ones, never a part.
absl::Status WriteFileAtomically(const std::string& path, absl::string_view contents);

}  // namespace sm

#endif  // SM_BOOTSTRAP_BASE_FILE_H_
