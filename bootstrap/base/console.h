// Our process's stdout and stderr, shared by the log and by the children's output.
#ifndef SM_BOOTSTRAP_BASE_CONSOLE_H_
#define SM_BOOTSTRAP_BASE_CONSOLE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sm {

// Writes all of `data` to `fd` (1 or 2) as one unit: writers of this process never interleave, also
// when both descriptors lead to the same file. Waits as long as the reader does; gives up with
// Aborted when a signal interrupts it and `interrupted` (may be null, called on each EINTR) returns
// true, and with errno's mapping when the write fails (EPIPE when the reader is gone). Thread-safe.
absl::Status WriteToConsole(int fd, absl::string_view data, bool (*interrupted)() = nullptr);

// Like WriteToConsole for a short text (at most PIPE_BUF bytes are certain not to block), but gives
// up with DeadlineExceeded when the console is busy or full for `patience`: our own log must never
// stop the program because nobody reads it.
absl::Status TryWriteToConsole(int fd, absl::string_view data, absl::Duration patience);

}  // namespace sm

#endif  // SM_BOOTSTRAP_BASE_CONSOLE_H_
