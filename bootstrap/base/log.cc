#include "bootstrap/base/log.h"

// Before spdlog's headers, which take the names from it: as Python's logging writes them.
#define SPDLOG_LEVEL_NAMES \
  { "TRACE", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL", "OFF" }

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <memory>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "bootstrap/base/console.h"

namespace sm::log {
namespace {

constexpr absl::Duration kPatience = absl::Milliseconds(250);

// Writes through the console lock, so that a log line never lands inside a child's line.
class ConsoleSink final : public spdlog::sinks::base_sink<std::mutex> {
 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    if (dropped_ > 0) {
      line.append(absl::StrCat("sm-bootstrap: ", dropped_, " log lines were dropped\n"));
    }
    formatter_->format(message, line);
    // A reader who has stalled is waited for once, not again for every line.
    const absl::Duration patience = dropped_ > 0 ? absl::ZeroDuration() : kPatience;
    if (TryWriteToConsole(STDERR_FILENO, {line.data(), line.size()}, patience).ok()) {
      dropped_ = 0;
    } else {
      ++dropped_;
    }
  }
  void flush_() override {}

 private:
  int dropped_ = 0;
};

std::shared_ptr<spdlog::logger> MakeLogger() {
  auto logger = std::make_shared<spdlog::logger>("sm-bootstrap", std::make_shared<ConsoleSink>());
  logger->set_level(spdlog::level::info);
  return logger;
}

void SetPattern(spdlog::logger& logger, absl::string_view host) {
  std::string pattern = "%Y-%m-%dT%H:%M:%S.%eZ %^%-7l%$ ";
  for (char c : host) pattern += c == '%' ? std::string("%%") : std::string(1, c);
  if (!host.empty()) pattern += ' ';
  pattern += "sm-bootstrap: %v";
  logger.set_formatter(
      std::make_unique<spdlog::pattern_formatter>(pattern, spdlog::pattern_time_type::utc));
}

spdlog::logger& Logger() {
  static const std::shared_ptr<spdlog::logger> logger = [] {
    auto made = MakeLogger();
    SetPattern(*made, "");
    return made;
  }();
  return *logger;
}

std::string OneLine(absl::string_view message) {
  std::string line;
  line.reserve(message.size());
  for (char c : message) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      line += "\\n";
    } else if ((byte < 0x20 && c != '\t') || byte == 0x7f) {
      line += absl::StrFormat("\\x%02x", byte);
    } else {
      line += c;
    }
  }
  return line;
}

void Write(spdlog::level::level_enum level, absl::string_view message) {
  if (!Logger().should_log(level)) return;
  std::string line = OneLine(message);
  Logger().log(level, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace

void SetLevel(int python_level) {
  using spdlog::level::level_enum;
  level_enum level = python_level <= 10   ? level_enum::debug
                     : python_level <= 20 ? level_enum::info
                     : python_level <= 30 ? level_enum::warn
                     : python_level <= 50 ? level_enum::err
                                          : level_enum::off;
  Logger().set_level(level);
}

void SetHost(absl::string_view host) { SetPattern(Logger(), OneLine(host)); }

void Debug(absl::string_view message) { Write(spdlog::level::debug, message); }
void Info(absl::string_view message) { Write(spdlog::level::info, message); }
void Warning(absl::string_view message) { Write(spdlog::level::warn, message); }
void Error(absl::string_view message) { Write(spdlog::level::err, message); }

}  // namespace sm::log
