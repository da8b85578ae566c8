#include "bootstrap/process/output_sink.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "bootstrap/base/errno_status.h"
#include "bootstrap/base/log.h"

namespace sm {
namespace {

constexpr size_t kBatchBytes = size_t{256} << 10;
// From this size on, a write of its own costs less than a copy.
constexpr size_t kDirectBytes = size_t{32} << 10;

}  // namespace

OutputSink::OutputSink(int fd, bool (*interrupted)()) : fd_(fd), interrupted_(interrupted) {}

absl::string_view OutputSink::name() const { return fd_ == STDERR_FILENO ? "stderr" : "stdout"; }

void OutputSink::Append(absl::string_view prefix, absl::string_view lines) {
  if (prefix.empty()) {
    if (lines.size() >= kDirectBytes) return Write(lines, self_);
    batch_.append(lines.data(), lines.size());
  }
  while (!prefix.empty() && !lines.empty()) {
    const void* newline = memchr(lines.data(), '\n', lines.size());
    size_t length =
        newline == nullptr ? lines.size() : static_cast<const char*>(newline) - lines.data() + 1;
    batch_.append(prefix.data(), prefix.size());
    batch_.append(lines.data(), length);
    lines.remove_prefix(length);
    if (batch_.size() >= kBatchBytes) Flush();
  }
  if (batch_.size() >= kBatchBytes) Flush();
}

void OutputSink::Write(absl::string_view text, ConsoleWriter writer) {
  Flush();
  Account(WriteToConsole(fd_, text, interrupted_, writer), text.size());
}

void OutputSink::WritePieces(absl::FunctionRef<absl::string_view()> next, ConsoleWriter writer) {
  Flush();
  uint64_t bytes = 0;
  auto counted = [&] {
    absl::string_view piece = next();
    bytes += piece.size();
    return piece;
  };
  absl::Status status = WritePiecesToConsole(fd_, counted, interrupted_, writer);
  while (!status.ok() && !counted().empty()) {
  }
  Account(status, bytes);
}

void OutputSink::Flush() {
  if (batch_.empty()) return;
  Account(WriteToConsole(fd_, batch_, interrupted_, self_), batch_.size());
  batch_.clear();
}

void OutputSink::Account(const absl::Status& status, uint64_t bytes) {
  if (status.ok()) return;
  if (lost_bytes_ == 0 && !absl::IsAborted(status)) {
    log::Error(absl::StrCat("output to ", name(), " is being lost: ", status.message()));
  }
  lost_bytes_ += bytes;
}

absl::StatusOr<std::shared_ptr<OutputFile>> OutputFile::Open(const std::string& path) {
  UniqueFd fd(open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644));
  if (!fd.valid()) return ErrnoStatus(errno, absl::StrCat("open log file ", path));
  return std::shared_ptr<OutputFile>(new OutputFile(path, std::move(fd)));
}

OutputFile::OutputFile(std::string path, UniqueFd fd)
    : path_(std::move(path)), fd_(std::move(fd)) {}

void OutputFile::Write(absl::string_view text, ConsoleWriter writer) {
  if (!fd_.valid() || text.empty()) return;
  bool glued = line_is_open_ && last_writer_ != writer;
  if ((glued && !WriteAll("\n")) || !WriteAll(text)) return fd_.Reset();
  line_is_open_ = text.back() != '\n';
  last_writer_ = writer;
}

bool OutputFile::WriteAll(absl::string_view text) {
  while (!text.empty()) {
    ssize_t n = write(fd_.get(), text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      absl::Status status = ErrnoStatus(errno, absl::StrCat("write log file ", path_));
      log::Error(absl::StrCat(status.message(), "; nothing more is written to it"));
      return false;
    }
    text.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

}  // namespace sm
