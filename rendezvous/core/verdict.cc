#include "rendezvous/core/verdict.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace sm {
namespace {

absl::string_view FirstLine(absl::string_view text) { return text.substr(0, text.find('\n')); }

std::string WithDetail(std::string sentence, const Cause& cause) {
  if (!cause.detail.empty()) absl::StrAppend(&sentence, ": ", FirstLine(cause.detail));
  return sentence;
}

// A rank's detail is the tail of what it wrote, whose first line says little: it is left out.
std::string Sentence(const Cause& cause, const RankFailed& failed) {
  std::string role = failed.role == "worker" ? "" : absl::StrCat(" (", failed.role, ")");
  std::string sentence =
      absl::StrCat("rank ", failed.rank, role, " on ", cause.host, " ", Describe(failed.result));
  // What could not be started wrote nothing; its detail names the program.
  const bool ran = !std::holds_alternative<NotStarted>(failed.result);
  return ran ? sentence : WithDetail(std::move(sentence), cause);
}

std::string Sentence(const Cause& cause, const HostFailed& failed) {
  return WithDetail(absl::StrCat(cause.host, " failed in its ", failed.phase, " phase"), cause);
}

std::string Sentence(const Cause& cause, const HostLost&) {
  return WithDetail(absl::StrCat(cause.host, " was lost"), cause);
}

std::string Sentence(const Cause& cause, const Stopped& stopped) {
  std::string by = stopped.signo == 0 ? "" : absl::StrCat(" by ", SignalName(stopped.signo));
  return WithDetail(absl::StrCat(cause.host, " was told to stop", by), cause);
}

}  // namespace

std::string Describe(const Cause& cause) {
  return std::visit([&cause](const auto& kind) { return Sentence(cause, kind); }, cause.kind);
}

}  // namespace sm
