// Cuts the bytes of one pipe into whole lines.
#ifndef SM_BOOTSTRAP_PROCESS_OUTPUT_STREAM_H_
#define SM_BOOTSTRAP_PROCESS_OUTPUT_STREAM_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "bootstrap/base/console.h"
#include "bootstrap/process/line_spool.h"
#include "bootstrap/process/output_sink.h"

namespace sm {

// A buffer to read into, with room before it where the start of a line that was read earlier can be
// put: so a chunk is written in one piece without being copied.
class ReadBuffer {
 public:
  static constexpr size_t kReadBytes = size_t{256} << 10;
  static constexpr size_t kRoomBytes = size_t{64} << 10;

  char* data() { return bytes_.get() + kRoomBytes; }
  // `chunk` (the start of what was read) with `head`, kRoomBytes at most, in front of it.
  absl::string_view Prepend(absl::string_view head, absl::string_view chunk);

 private:
  std::unique_ptr<char[]> bytes_ = std::unique_ptr<char[]>(new char[kRoomBytes + kReadBytes]);
};

// One stream of one child: passes whole lines on and keeps the last, incomplete one. That is held
// in memory up to 64 KiB and in a temporary file beyond, until its end has come.
//
// Why a file, and not a lock on the console that keeps everybody else waiting for the end of the
// long line: a progress bar that is redrawn with carriage returns is one line that lasts for hours,
// and all other workers would stand still for as long. When no temporary file can be written, the
// line is passed on in parts, and lines of others may come between them.
//
// Not thread-safe.
class OutputStream {
 public:
  // `sink` outlives the stream; `file` may be null.
  OutputStream(OutputSink& sink, std::string prefix, std::shared_ptr<OutputFile> file);

  // Takes the first `size` bytes of `buffer`. With `alone`, when nobody else writes to the same
  // place, a line too long for memory is passed on as it comes.
  void Consume(ReadBuffer& buffer, size_t size, bool alone);

  // Passes on the incomplete line as it is. What follows continues it.
  void FlushPartial();

  bool holds_partial() const { return !held_.empty() || spool_ != nullptr; }

 private:
  void EmitLines(absl::string_view lines);
  void EmitPart(absl::string_view part);
  void EmitSpooled(absl::string_view end);
  void Hold(absl::string_view part, bool alone);
  bool Spool(absl::string_view part);

  OutputSink& sink_;
  const std::string prefix_;
  const std::shared_ptr<OutputFile> file_;
  const ConsoleWriter self_ = NewConsoleWriter();
  std::string held_;                  // the start of the incomplete line, or
  std::unique_ptr<LineSpool> spool_;  // all of it so far, when it is long
  bool mid_line_ = false;             // a part of the incomplete line has been passed on
};

}  // namespace sm

#endif  // SM_BOOTSTRAP_PROCESS_OUTPUT_STREAM_H_
