// Where the output pump's lines go: one of our standard streams, or a log file.
#ifndef SM_BOOTSTRAP_PROCESS_OUTPUT_SINK_H_
#define SM_BOOTSTRAP_PROCESS_OUTPUT_SINK_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "bootstrap/base/console.h"
#include "bootstrap/base/unique_fd.h"

namespace sm {

// Whole lines on their way to our stdout or stderr, gathered into few writes. A write that fails
// loses its bytes and is logged once: children are never held up by a reader who has gone. Not
// thread-safe.
class OutputSink {
 public:
  // `fd` is 1 or 2; `interrupted` as WriteToConsole() takes it.
  OutputSink(int fd, bool (*interrupted)());

  // Adds whole lines, each with `prefix` before it. May keep them until Flush().
  void Append(absl::string_view prefix, absl::string_view lines);

  // Writes a text, now, after all that was appended; see WriteToConsole() for `writer`.
  void Write(absl::string_view text, ConsoleWriter writer);

  // The same for a text in pieces, which are written as one unit.
  void WritePieces(absl::FunctionRef<absl::string_view()> next, ConsoleWriter writer);

  void Flush();

  // How many bytes could not be written.
  uint64_t lost_bytes() const { return lost_bytes_; }
  absl::string_view name() const;

 private:
  void Account(const absl::Status& status, uint64_t bytes);

  const int fd_;
  bool (*const interrupted_)();
  const ConsoleWriter self_ = NewConsoleWriter();
  std::string batch_;
  uint64_t lost_bytes_ = 0;
};

// The log file of one child, shared by its two streams. Not thread-safe.
class OutputFile {
 public:
  // Opens `path` for appending and makes it if it is missing.
  static absl::StatusOr<std::shared_ptr<OutputFile>> Open(const std::string& path);

  // Appends `text`, on a new line when another writer has left one open. After a failure, which is
  // logged, nothing more is written.
  void Write(absl::string_view text, ConsoleWriter writer);

 private:
  OutputFile(std::string path, UniqueFd fd);
  bool WriteAll(absl::string_view text);

  const std::string path_;
  UniqueFd fd_;
  bool line_is_open_ = false;
  ConsoleWriter last_writer_ = 0;
};

}  // namespace sm

#endif  // SM_BOOTSTRAP_PROCESS_OUTPUT_SINK_H_
