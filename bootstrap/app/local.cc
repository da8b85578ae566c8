#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "bootstrap/app/app.h"
#include "bootstrap/app/exit_code.h"
#include "bootstrap/app/gang.h"
#include "bootstrap/base/errno_status.h"
#include "bootstrap/base/event_loop.h"
#include "bootstrap/base/file.h"
#include "bootstrap/base/log.h"
#include "bootstrap/base/port.h"
#include "bootstrap/base/status_macros.h"
#include "bootstrap/config/job_config.h"
#include "bootstrap/config/json.h"
#include "bootstrap/config/options.h"

namespace sm {
namespace {

namespace fs = std::filesystem;

constexpr char kLoopback[] = "127.0.0.1";
constexpr char kLoopbackInterface[] = "lo";
// What a bootstrapper may need beyond the grace of its own processes.
constexpr absl::Duration kShutdownMargin = absl::Seconds(20);
// For the leader's verdict to reach every host after one of them has failed.
constexpr absl::Duration kVerdictPatience = absl::Seconds(5);
constexpr absl::Duration kOutputPatience = absl::Seconds(5);

absl::Status FromErrorCode(const std::error_code& error, absl::string_view what) {
  return error ? ErrnoStatus(error.value(), what) : absl::OkStatus();
}

absl::StatusOr<std::string> MakeWorkDirectory(const LocalCommand& command, const EnvMap& env) {
  std::error_code error;
  if (!command.work_dir.empty()) {
    fs::create_directories(command.work_dir, error);
    SM_RETURN_IF_ERROR(FromErrorCode(error, absl::StrCat("--work-dir: create ", command.work_dir)));
    fs::path absolute = fs::absolute(command.work_dir, error);
    SM_RETURN_IF_ERROR(FromErrorCode(error, absl::StrCat("--work-dir: ", command.work_dir)));
    return absolute.string();
  }
  std::string pattern = absl::StrCat(GetOr(env, "TMPDIR", "/tmp"), "/sm-bootstrap-local-XXXXXX");
  if (mkdtemp(pattern.data()) == nullptr) {
    return ErrnoStatus(errno, absl::StrCat("create directory ", pattern));
  }
  return pattern;
}

std::vector<std::string> HostNames(int count) {
  std::vector<std::string> names;
  for (int i = 1; i <= count; ++i) names.push_back(absl::StrCat("algo-", i));
  return names;
}

std::string ResourceConfigText(const std::string& host, const std::vector<std::string>& hosts) {
  json::Object config;
  config.Set("current_host", host);
  json::Array names;
  for (const std::string& name : hosts) names.emplace_back(name);
  config.Set("hosts", std::move(names));
  config.Set("network_interface_name", std::string(kLoopbackInterface));
  return json::Dump(config);
}

// A copy of `from`, in which the data channels are links to the original: they are input, which
// nobody changes, and may be large.
absl::Status CopyTemplate(const fs::path& from, const fs::path& to) {
  std::error_code error;
  if (!fs::is_directory(from, error)) {
    return absl::NotFoundError(absl::StrCat("--base-dir: found no directory ", from.string(),
                                            ", expected one to copy for each host"));
  }
  const auto options = fs::copy_options::recursive | fs::copy_options::copy_symlinks |
                       fs::copy_options::overwrite_existing;
  for (absl::string_view part : {"input/config", "code"}) {
    const fs::path source = from / std::string(part);
    if (!fs::exists(source, error)) continue;
    fs::create_directories(to / std::string(part), error);
    fs::copy(source, to / std::string(part), options, error);
    SM_RETURN_IF_ERROR(FromErrorCode(error, absl::StrCat("copy ", source.string())));
  }
  const fs::path data = from / "input/data";
  if (fs::exists(data, error) && !fs::exists(to / "input/data", error)) {
    fs::create_directory_symlink(fs::canonical(data, error), to / "input/data", error);
    SM_RETURN_IF_ERROR(FromErrorCode(error, absl::StrCat("link to ", data.string())));
  }
  return absl::OkStatus();
}

// Makes one host's base directory and returns it.
absl::StatusOr<std::string> MakeBase(const std::string& work_dir, const std::string& base_template,
                                     const std::string& host,
                                     const std::vector<std::string>& hosts) {
  const fs::path base = fs::path(work_dir) / host;
  std::error_code error;
  fs::create_directories(base / "input/config", error);
  SM_RETURN_IF_ERROR(FromErrorCode(error, absl::StrCat("create ", base.string())));
  if (!base_template.empty()) SM_RETURN_IF_ERROR(CopyTemplate(base_template, base));
  SM_RETURN_IF_ERROR(WriteFileAtomically((base / "input/config/resourceconfig.json").string(),
                                         ResourceConfigText(host, hosts)));
  return base.string();
}

// Several bootstrappers as children of this process.
class LocalCluster {
 public:
  LocalCluster(EventLoop& loop, const LocalCommand& command, const EnvMap& env)
      : loop_(loop), command_(command), env_(env), hosts_(HostNames(command.hosts)) {}

  absl::Status Start() {
    SM_ASSIGN_OR_RETURN(RunOptions options, ResolveRunOptions(command_.run.flags, env_, {}));
    grace_ = options.grace + kShutdownMargin;
    SM_ASSIGN_OR_RETURN(std::string work_dir, MakeWorkDirectory(command_, env_));
    log::Info(absl::StrCat("local: ", hosts_.size(), " hosts under ", work_dir));
    auto asked = command_.run.flags.count("rendezvous-port") > 0 ? options.rendezvous_port : 0;
    SM_ASSIGN_OR_RETURN(PortReservation port, ReservePort(kLoopback, asked));
    std::vector<Supervisor::Task> tasks;
    for (const std::string& host : hosts_) {
      SM_ASSIGN_OR_RETURN(std::string base,
                          MakeBase(work_dir, command_.run.base_dir, host, hosts_));
      tasks.push_back({.command = Bootstrapper(host, base, port.port), .output = {}});
    }
    SM_ASSIGN_OR_RETURN(gang_, Gang::Create(loop_, Handlers()));
    port.socket.Reset();  // from here on it is the leader's
    gang_->Start(std::move(tasks));
    return absl::OkStatus();
  }

  int Wait() {
    loop_.Run();
    gang_->Close(kOutputPatience);
    return exit_code_;
  }

 private:
  // The job has one end: when a bootstrapper fails, the others learn it from the leader. If the
  // leader itself is gone, or has never been, they would wait for it until their deadline. To those
  // that are ending already this says nothing new.
  void OnFailure(int exit_code) {
    if (exit_code_ != 0) return;
    exit_code_ = exit_code;
    loop_.After(kVerdictPatience, [this] { gang_->Stop(SIGTERM, grace_); });
  }

  void OnStop(int signo) {
    if (std::exchange(stopped_, true)) {
      gang_->Signal(signo);  // a bootstrapper that is asked twice does not wait for its ranks
    } else {
      gang_->Stop(signo, grace_);
    }
  }

  Gang::Handlers Handlers() {
    return {.on_stop = [this](int signo) { OnStop(signo); },
            .on_exit =
                [this](size_t index, const ExitResult& result) {
                  log::Debug(absl::StrCat("local: ", hosts_[index], " ", Describe(result)));
                  // Every bootstrapper returns the job's code. Should one die, the first to tell
                  // is nearest to the cause.
                  if (!Succeeded(result)) OnFailure(ToExitCode(result));
                  if (gang_->running() == 0) loop_.Quit();
                }};
  }

  Command Bootstrapper(const std::string& host, const std::string& base, int port) const {
    const RunCommand& run = command_.run;
    Command command{.program = "/proc/self/exe",
                    .argv = {"sm-bootstrap", "run", "--base-dir", base, "--uts-name", host},
                    .env = env_,
                    .directory = ""};
    FlagValues flags = run.flags;
    flags["rendezvous-port"] = absl::StrCat(port);
    flags["leader-address"] = kLoopback;
    for (const auto& [name, value] : flags) {
      command.argv.push_back(absl::StrCat("--", name, "=", value));
    }
    if (!run.script.empty()) {
      command.argv.push_back("--");
      command.argv.push_back(run.script);
      command.argv.insert(command.argv.end(), run.arguments.begin(), run.arguments.end());
    }
    return command;
  }

  EventLoop& loop_;
  const LocalCommand& command_;
  const EnvMap& env_;
  const std::vector<std::string> hosts_;
  absl::Duration grace_;
  std::unique_ptr<Gang> gang_;
  bool stopped_ = false;
  int exit_code_ = 0;
};

}  // namespace

int RunLocalCluster(const LocalCommand& command, const EnvMap& env) {
  absl::StatusOr<std::unique_ptr<EventLoop>> loop = EventLoop::Create();
  if (!loop.ok()) {
    log::Error(loop.status().message());
    return kExitOsError;
  }
  LocalCluster cluster(**loop, command, env);
  if (absl::Status started = cluster.Start(); !started.ok()) {
    log::Error(absl::StrCat("local: ", started.message()));
    return kExitUsage;
  }
  return cluster.Wait();
}

}  // namespace sm
