// Carries the children's output to ours, line by line and byte for byte.
#ifndef SM_BOOTSTRAP_PROCESS_OUTPUT_PUMP_H_
#define SM_BOOTSTRAP_PROCESS_OUTPUT_PUMP_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "bootstrap/base/unique_fd.h"

namespace sm {

// Where the lines of one child go.
struct OutputSpec {
  std::string prefix;    // before each line on our stdout and stderr; may be empty
  std::string log_file;  // both streams also go here, without the prefix; empty: no file
};

// The write ends that become a child's stdout and stderr. Close them once the child has them.
struct ChildStdio {
  UniqueFd out;
  UniqueFd err;
};

// One thread that reads every child's pipes and writes whole lines to our stdout and stderr: lines
// of different children never mix, a last line without a newline is kept (a newline is added only
// where another line would otherwise be glued to it), no byte is changed, and a line of any length
// costs bounded memory. Thread-safe.
class OutputPump {
 public:
  static absl::StatusOr<std::unique_ptr<OutputPump>> Create();
  OutputPump(const OutputPump&) = delete;
  OutputPump& operator=(const OutputPump&) = delete;
  // Stops the thread, also when it is blocked in a write to a reader that has stalled.
  ~OutputPump();

  // A new pair of streams. Fails when descriptors run out or `spec.log_file` cannot be opened.
  absl::StatusOr<ChildStdio> Open(const OutputSpec& spec);

  // Waits until every stream is at its end and its bytes are written. Gives up, and returns false,
  // when nothing has come for `patience` (a process outside the job holds a pipe open) or when our
  // own reader has not taken everything within twelve times that; what had been read by then is
  // written all the same, if it can be.
  bool Drain(absl::Duration patience);

 private:
  struct Impl;
  explicit OutputPump(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sm

#endif  // SM_BOOTSTRAP_PROCESS_OUTPUT_PUMP_H_
