#include "bootstrap/app/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "bootstrap/app/version.h"
#include "bootstrap/base/status_macros.h"

namespace sm {
namespace {

constexpr char kOverview[] =
    R"(sm-bootstrap: starts one host's part of a distributed training job.

Run it on every host. It reads SageMaker-style configuration, meets the other
hosts over the job's network interface, launches your script, and ends on all
hosts together with one verdict.

Usage:
  sm-bootstrap [run] [OPTIONS] [SCRIPT [ARGS...]]        this host's part of a job
  sm-bootstrap local --hosts N [OPTIONS] SCRIPT [ARGS]   a whole cluster on this machine
  sm-bootstrap env [--format shell|json]                 the SM_* variables, nothing launched
  sm-bootstrap COMMAND --help | --version

Called as `train`, it is `run`. `sm-bootstrap COMMAND --help` lists the options.
)";

constexpr char kFooter[] =
    R"(
A variable sets an option too: SM_BOOTSTRAP_GRACE=10s is --grace 10s; the same for
every option but --base-dir (SAGEMAKER_BASE_DIR), --uts-name, --hosts, --work-dir.
Durations are written 300ms, 10s, 15m. Exit code: 0 when every rank succeeded,
else the first failing rank's own (128+n for signal n); 2 wrong usage or
configuration; 75 not every host joined in time; 76 refused by the leader;
69 a host or the leader was lost; 128+n told to stop by signal n.)";

// The first line of each command's help.
class UsageFormatter final : public CLI::Formatter {
 public:
  explicit UsageFormatter(std::string usage) : usage_(std::move(usage)) { column_width(32); }
  std::string make_usage(const CLI::App*, std::string) const override { return usage_; }

 private:
  std::string usage_;
};

// One command's options, parsed by CLI11 up to SCRIPT, which with all that follows is left alone.
class Parser {
 public:
  Parser(const std::string& usage, const std::string& description) : app_(description) {
    app_.prefix_command();
    app_.formatter(std::make_shared<UsageFormatter>(absl::StrCat("\nUsage: ", usage, "\n")));
    app_.footer(kFooter);
  }

  template <typename T>
  void Add(const std::string& name, T& value, const std::string& help,
           const std::string& value_name) {
    app_.add_option("--" + name, value, help)->option_text(value_name);
  }

  void AddRunOptions(RunCommand& command) {
    Add("base-dir", command.base_dir,
        "holds input/config (default: SAGEMAKER_BASE_DIR, else /opt/ml)", "DIR");
    for (const OptionHelp& option : RunOptionsHelp()) {
      auto store = [&command, name = option.name](const std::string& value) {
        command.flags[name] = value;
      };
      app_.add_option_function<std::string>("--" + option.name, store, option.text)
          ->option_text(option.value_name);
    }
    Add("uts-name", command.uts_name,
        "run under this host name of our own, where the kernel allows it", "NAME");
  }

  // The help text when that was asked for; nothing when the options were parsed.
  absl::StatusOr<std::optional<PrintCommand>> Parse(std::vector<std::string> arguments) {
    std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
    try {
      app_.parse(std::move(arguments));
    } catch (const CLI::CallForHelp&) {
      return PrintCommand{app_.help()};
    } catch (const CLI::ParseError& error) {
      return absl::InvalidArgumentError(error.what());
    }
    return std::nullopt;
  }

  // SCRIPT and its arguments. InvalidArgument when an option that nobody knows stands in its place.
  absl::Status TakeScript(RunCommand& command) const {
    std::vector<std::string> rest = app_.remaining();
    bool separated = !rest.empty() && rest.front() == "--";
    if (separated) rest.erase(rest.begin());
    if (rest.empty()) return absl::OkStatus();
    if (!separated && absl::StartsWith(rest.front(), "-")) {
      return absl::InvalidArgumentError(absl::StrCat(
          "unknown option \"", rest.front(), "\"; the script's own options come after SCRIPT"));
    }
    command.script = rest.front();
    command.arguments.assign(rest.begin() + 1, rest.end());
    return absl::OkStatus();
  }

 private:
  CLI::App app_;
};

using Arguments = std::vector<std::string>;

absl::StatusOr<CommandLine> ParseRun(const Arguments& arguments) {
  RunCommand command;
  Parser parser("sm-bootstrap [run] [OPTIONS] [SCRIPT [ARGS...]]", "This host's part of a job.");
  parser.AddRunOptions(command);
  SM_ASSIGN_OR_RETURN(std::optional<PrintCommand> help, parser.Parse(arguments));
  if (help.has_value()) return *help;
  SM_RETURN_IF_ERROR(parser.TakeScript(command));
  return command;
}

absl::StatusOr<CommandLine> ParseLocal(const Arguments& arguments) {
  LocalCommand command;
  Parser parser(
      "sm-bootstrap local --hosts N [OPTIONS] SCRIPT [ARGS...]",
      "A whole cluster on this machine: N hosts algo-1 to algo-N, one bootstrapper each.");
  command.hosts = 0;
  parser.Add("hosts", command.hosts, "how many hosts, from 1 to 1000", "N");
  parser.Add("work-dir", command.work_dir,
             "the hosts' base directories go here (default: a new one under $TMPDIR)", "DIR");
  parser.AddRunOptions(command.run);
  SM_ASSIGN_OR_RETURN(std::optional<PrintCommand> help, parser.Parse(arguments));
  if (help.has_value()) return *help;
  if (command.hosts < 1 || command.hosts > 1000) {
    return absl::InvalidArgumentError(absl::StrCat(
        "local: --hosts: found ", command.hosts == 0 ? "none" : absl::StrCat(command.hosts),
        ", expected a number from 1 to 1000"));
  }
  SM_RETURN_IF_ERROR(parser.TakeScript(command.run));
  return command;
}

absl::StatusOr<CommandLine> ParseEnv(const Arguments& arguments) {
  EnvCommand command;
  std::string format = "shell";
  Parser parser("sm-bootstrap env [OPTIONS]", "Prints the SM_* variables and launches nothing.");
  parser.Add("base-dir", command.base_dir,
             "holds input/config (default: SAGEMAKER_BASE_DIR, else /opt/ml)", "DIR");
  parser.Add("format", format, "shell (to be sourced) or json (default: shell)", "FORMAT");
  SM_ASSIGN_OR_RETURN(std::optional<PrintCommand> help, parser.Parse(arguments));
  if (help.has_value()) return *help;
  RunCommand none;
  SM_RETURN_IF_ERROR(parser.TakeScript(none));
  if (!none.script.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("env: found the argument \"", none.script, "\", expected options only"));
  }
  if (format != "shell" && format != "json") {
    return absl::InvalidArgumentError(
        absl::StrCat("env: --format: found \"", format, "\", expected shell or json"));
  }
  command.json = format == "json";
  return command;
}

bool IsNamedTrain(absl::string_view program) {
  return program == "train" || absl::EndsWith(program, "/train");
}

}  // namespace

absl::StatusOr<CommandLine> ParseCommandLine(const std::vector<std::string>& argv) {
  Arguments rest(argv.begin() + (argv.empty() ? 0 : 1), argv.end());
  if (!argv.empty() && IsNamedTrain(argv.front())) return ParseRun(rest);
  std::string first = rest.empty() ? "" : rest.front();
  if (first == "--version") return PrintCommand{absl::StrCat("sm-bootstrap ", kVersion, "\n")};
  if (first == "--help" || first == "-h" || first == "help") {
    return PrintCommand{absl::StrCat(kOverview, kFooter, "\n")};
  }
  if (first != "run" && first != "local" && first != "env") return ParseRun(rest);
  rest.erase(rest.begin());
  if (first == "local") return ParseLocal(rest);
  if (first == "env") return ParseEnv(rest);
  return ParseRun(rest);
}

}  // namespace sm
