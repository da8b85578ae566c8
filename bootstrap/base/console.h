// Our process's stdout and stderr, shared by the log and by the children's output.
//
// Every write is one unit: writers of this process never interleave, also when both descriptors
// lead to the same file. A text may end without a newline; only the writer who left the line open
// goes on with it, anybody else's text begins with a newline first.
#ifndef SM_BOOTSTRAP_BASE_CONSOLE_H_
#define SM_BOOTSTRAP_BASE_CONSOLE_H_

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sm {

// Tells writers apart for the rule above. 0, the default, is everybody who needs no name.
using ConsoleWriter = uint64_t;

// A name that nobody has had before. Thread-safe.
ConsoleWriter NewConsoleWriter();

// Writes all of `data` to `fd` (1 or 2). Waits as long as the reader does; gives up with Aborted
// when `interrupted` (may be null; called on each EINTR and while another writer is in the way)
// returns true, and with errno's mapping when the write fails (FailedPrecondition for EPIPE: the
// reader is gone). Thread-safe.
absl::Status WriteToConsole(int fd, absl::string_view data, bool (*interrupted)() = nullptr,
                            ConsoleWriter writer = 0);

// Like WriteToConsole for a text that does not fit into memory: writes what `next` returns until
// that is empty, all as one unit. `next` must not write to the console.
absl::Status WritePiecesToConsole(int fd, absl::FunctionRef<absl::string_view()> next,
                                  bool (*interrupted)() = nullptr, ConsoleWriter writer = 0);

// Like WriteToConsole, but gives up with DeadlineExceeded when the console is busy or full for
// `patience`: our own log must never stop the program because nobody reads it.
absl::Status TryWriteToConsole(int fd, absl::string_view data, absl::Duration patience);

// How many bytes this process has written to its console so far, and whether somebody is in the
// midst of a write: tell a reader that is slow or has stalled from writers with nothing to say.
// Thread-safe.
uint64_t ConsoleBytesWritten();
bool ConsoleIsBusy();

// Whether stdout and stderr lead to the same file, pipe or terminal.
bool ConsoleIsOneFile();

}  // namespace sm

#endif  // SM_BOOTSTRAP_BASE_CONSOLE_H_
