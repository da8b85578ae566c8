// Our own log: one line per event on stderr, in one format:
//
//   2026-11-21T09:43:00.123Z INFO  algo-1 sm-bootstrap: join: 2/2 hosts joined
//
// Levels follow Python's logging numbers, since SM_LOG_LEVEL carries those. The log is the one
// process-wide mutable state of the program; set it up in main, before the first thread.
#ifndef SM_BOOTSTRAP_BASE_LOG_H_
#define SM_BOOTSTRAP_BASE_LOG_H_

#include <string>

#include "absl/strings/string_view.h"

namespace sm::log {

enum class Level { kDebug = 10, kInfo = 20, kWarning = 30, kError = 40, kOff = 60 };

// The lowest level that is written; thread-safe. `python_level` is rounded up to the next one.
void SetLevel(int python_level);

// The host that the lines name; empty (the default) for none. Thread-safe.
void SetHost(absl::string_view host);

// Writes one line; thread-safe. Control characters in `message` (which may quote hostile input) are
// escaped, so that one event is always one line. Dropped, and counted in a later line, when nobody
// reads stderr for a quarter of a second.
void Debug(absl::string_view message);
void Info(absl::string_view message);
void Warning(absl::string_view message);
void Error(absl::string_view message);

}  // namespace sm::log

#endif  // SM_BOOTSTRAP_BASE_LOG_H_
