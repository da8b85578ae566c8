#include "bootstrap/process/output_stream.h"

#include <string.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "bootstrap/base/log.h"

namespace sm {
namespace {

// The length of what ends with the first or the last newline of `text`; 0 when there is none.
size_t ThroughFirstNewline(absl::string_view text) {
  const void* found = memchr(text.data(), '\n', text.size());
  return found == nullptr ? 0 : static_cast<const char*>(found) - text.data() + 1;
}
size_t ThroughLastNewline(absl::string_view text) {
  const void* found = memrchr(text.data(), '\n', text.size());
  return found == nullptr ? 0 : static_cast<const char*>(found) - text.data() + 1;
}

}  // namespace

absl::string_view ReadBuffer::Prepend(absl::string_view head, absl::string_view chunk) {
  memcpy(data() - head.size(), head.data(), head.size());
  return {data() - head.size(), head.size() + chunk.size()};
}

OutputStream::OutputStream(OutputSink& sink, std::string prefix, std::shared_ptr<OutputFile> file)
    : sink_(sink), prefix_(std::move(prefix)), file_(std::move(file)) {}

void OutputStream::Consume(ReadBuffer& buffer, size_t size, bool alone) {
  absl::string_view chunk(buffer.data(), size);
  absl::string_view lines = chunk.substr(0, ThroughLastNewline(chunk));
  absl::string_view rest = chunk.substr(lines.size());
  if (!lines.empty()) {
    if (spool_ != nullptr) {
      size_t end = ThroughFirstNewline(lines);
      EmitSpooled(lines.substr(0, end));
      lines.remove_prefix(end);
    } else if (!held_.empty()) {
      lines = buffer.Prepend(held_, lines);
      held_.clear();
    }
    EmitLines(lines);
  }
  Hold(rest, alone);
}

void OutputStream::FlushPartial() {
  if (spool_ != nullptr) return EmitSpooled("");
  EmitPart(std::exchange(held_, {}));
}

void OutputStream::EmitLines(absl::string_view lines) {
  if (mid_line_) {
    size_t end = ThroughFirstNewline(lines);
    EmitPart(lines.substr(0, end));
    lines.remove_prefix(end);
  }
  if (lines.empty()) return;
  if (file_ != nullptr) file_->Write(lines, self_);
  sink_.Append(prefix_, lines);
}

// A line, or a part of one, that may be continued later.
void OutputStream::EmitPart(absl::string_view part) {
  if (part.empty()) return;
  if (file_ != nullptr) file_->Write(part, self_);
  if (mid_line_ || prefix_.empty()) {
    sink_.Write(part, self_);
  } else {
    sink_.Write(absl::StrCat(prefix_, part), self_);
  }
  mid_line_ = part.back() != '\n';
}

// All of the spooled line and then `end`, its last part, which may be empty.
void OutputStream::EmitSpooled(absl::string_view end) {
  std::unique_ptr<LineSpool> spool = std::move(spool_);
  if (file_ != nullptr) {
    for (auto piece = spool->NextPiece(); !piece.empty(); piece = spool->NextPiece()) {
      file_->Write(piece, self_);
    }
    file_->Write(end, self_);
    spool->Rewind();
  }
  absl::string_view start = mid_line_ ? absl::string_view() : prefix_;
  absl::string_view last = end;
  auto next = [&] {
    if (!start.empty()) return std::exchange(start, {});
    absl::string_view piece = spool->NextPiece();
    return piece.empty() ? std::exchange(last, {}) : piece;
  };
  sink_.WritePieces(next, self_);
  mid_line_ = end.empty();
}

void OutputStream::Hold(absl::string_view part, bool alone) {
  if (part.empty()) return;
  if (spool_ == nullptr && held_.size() + part.size() <= ReadBuffer::kRoomBytes) {
    held_.append(part.data(), part.size());
    return;
  }
  // Once a part is out, keeping the rest back would not keep the line together.
  if (!alone && !mid_line_ && Spool(part)) return;
  FlushPartial();
  EmitPart(part);
}

bool OutputStream::Spool(absl::string_view part) {
  absl::Status status;
  if (spool_ == nullptr) {
    auto created = LineSpool::Create();
    status = created.status();
    if (status.ok()) spool_ = *std::move(created);
    if (status.ok()) status = spool_->Append(held_);
    if (status.ok()) held_.clear();
    if (!status.ok()) spool_.reset();
  }
  if (status.ok()) status = spool_->Append(part);
  if (!status.ok()) {
    log::Warning(absl::StrCat("a line of output is too long for memory and is written in parts: ",
                              status.message()));
  }
  return status.ok();
}

}  // namespace sm
