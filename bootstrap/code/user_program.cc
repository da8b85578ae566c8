#include "bootstrap/code/user_program.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "bootstrap/base/errno_status.h"
#include "bootstrap/base/find_program.h"
#include "bootstrap/base/status_macros.h"
#include "bootstrap/base/unique_fd.h"
#include "bootstrap/code/shebang.h"

namespace sm {
namespace {

constexpr char kShell[] = "/bin/sh";

// A script on disk. From `directory`, `name` leads to it, and so does `path` from everywhere.
struct Script {
  std::string name;
  std::string path;
  std::string directory;
};

bool IsDirectory(const std::string& path) {
  struct stat info = {};
  return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

absl::Status RefuseNul(absl::string_view text, absl::string_view what) {
  if (!absl::StrContains(text, '\0')) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(what, " holds a NUL byte, which no program can be given"));
}

absl::Status Validate(const UserProgramRequest& request) {
  if (request.script.empty()) {
    return absl::InvalidArgumentError(
        "no script to run: name it on the command line (sm-bootstrap run SCRIPT [ARGS...]) or in "
        "the hyperparameter sagemaker_program");
  }
  SM_RETURN_IF_ERROR(RefuseNul(request.script, "the name of the script"));
  for (size_t i = 0; i < request.arguments.size(); ++i) {
    SM_RETURN_IF_ERROR(
        RefuseNul(request.arguments[i], absl::StrCat("argument ", i + 1, " of the script")));
  }
  return absl::OkStatus();
}

// Where the script may be, best first.
std::vector<Script> Candidates(const UserProgramRequest& request) {
  absl::string_view name = request.script;
  if (absl::StartsWith(name, "/")) {
    bool in_code = !request.from_command_line && IsDirectory(request.code_directory);
    return {{request.script, request.script,
             in_code ? request.code_directory : request.current_directory}};
  }
  std::vector<std::string> directories;
  if (request.from_command_line) directories.push_back(request.current_directory);
  if (!request.code_directory.empty() &&
      (directories.empty() || directories[0] != request.code_directory)) {
    directories.push_back(request.code_directory);
  }
  while (absl::ConsumePrefix(&name, "./")) continue;
  std::vector<Script> candidates;
  for (std::string& directory : directories) {
    std::string path = absl::StrCat(absl::StripSuffix(directory, "/"), "/", name);
    candidates.push_back({request.script, std::move(path), std::move(directory)});
  }
  return candidates;
}

absl::Status NotFound(const UserProgramRequest& request, const std::vector<Script>& candidates) {
  std::string message = absl::StrCat(
      "there is no script '", request.script, "': looked for ",
      absl::StrJoin(candidates, " and ",
                    [](std::string* out, const Script& script) { out->append(script.path); }));
  if (!absl::StartsWith(request.script, "/") && !IsDirectory(request.code_directory)) {
    absl::StrAppend(&message, "; the code directory ", request.code_directory, " does not exist");
  }
  if (std::optional<std::string> program = FindOnPath(request.script, request.env)) {
    absl::StrAppend(&message, "; to run the program of that name on PATH, say ", *program);
  }
  return absl::NotFoundError(message);
}

absl::StatusOr<Script> Locate(const UserProgramRequest& request) {
  std::vector<Script> candidates = Candidates(request);
  absl::Status unsuitable;
  for (Script& script : candidates) {
    struct stat info = {};
    if (stat(script.path.c_str(), &info) != 0) {
      if (errno == ENOENT || errno == ENOTDIR) continue;
      return ErrnoStatus(errno, absl::StrCat("look at the script ", script.path));
    }
    if (S_ISREG(info.st_mode)) return std::move(script);
    unsuitable.Update(absl::InvalidArgumentError(absl::StrCat(
        script.path, S_ISDIR(info.st_mode) ? " is a directory" : " is not a regular file",
        "; expected a script to run")));
  }
  return unsuitable.ok() ? NotFound(request, candidates) : unsuitable;
}

absl::StatusOr<std::string> FindPython(const UserProgramRequest& request) {
  const std::string& python = request.python;
  SM_RETURN_IF_ERROR(RefuseNul(python, "the name of the Python"));
  if (absl::StrContains(python, '/')) {
    std::string path = absl::StartsWith(python, "/")
                           ? python
                           : absl::StrCat(request.current_directory, "/", python);
    if (IsExecutableFile(path)) return path;
    return absl::FailedPreconditionError(
        absl::StrCat("--python ", python, ": ", path, " is not an executable file"));
  }
  std::vector<std::string> names = {python};
  if (python.empty()) names = {"python3", "python"};
  for (const std::string& name : names) {
    if (std::optional<std::string> path = FindOnPath(name, request.env)) return *std::move(path);
  }
  return absl::FailedPreconditionError(
      absl::StrCat("there is no ", absl::StrJoin(names, " or "), " on PATH (",
                   GetOr(request.env, "PATH", "not set"), "); say with --python which to use"));
}

absl::Status CheckReadable(const Script& script) {
  if (access(script.path.c_str(), R_OK) == 0) return absl::OkStatus();
  return ErrnoStatus(errno, absl::StrCat("read the script ", script.path));
}

// The first bytes, as many as Linux looks at; empty for a file that may be executed but not read.
std::string Head(const std::string& path) {
  char buffer[256];
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  ssize_t n = fd.valid() ? read(fd.get(), buffer, sizeof buffer) : 0;
  return std::string(buffer, n > 0 ? static_cast<size_t>(n) : 0);
}

// Execution would only tell "No such file or directory", of a script that is there.
absl::Status CheckInterpreter(const Script& script, const std::vector<std::string>& shebang,
                              const std::string& interpreter) {
  const std::string words = absl::StrJoin(shebang, " ");
  absl::string_view line = words;
  if (absl::ConsumeSuffix(&line, "\r")) {
    return absl::InvalidArgumentError(
        absl::StrCat("the first line of ", script.path, ", #!", line,
                     ", ends in a carriage return; save the script with Unix line ends"));
  }
  if (IsExecutableFile(interpreter)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "the first line of ", script.path, ", #!", line,
      ", names an interpreter that cannot be run: ", interpreter, " is not an executable file"));
}

// What starts the script, before the user's arguments; the first word is the program.
absl::StatusOr<std::vector<std::string>> ByInterpreter(const Script& script, bool executable) {
  bool is_shell_script = absl::EndsWith(script.path, ".sh");
  std::string head = Head(script.path);
  std::optional<std::vector<std::string>> shebang = ParseShebang(head);
  if (!shebang) {
    // A binary may be called *.sh too.
    if (executable && (!is_shell_script || absl::StartsWith(head, "\177ELF"))) {
      return std::vector<std::string>{script.path};
    }
    return std::vector<std::string>{kShell, script.path};
  }
  std::string interpreter = shebang->front();
  if (!absl::StartsWith(interpreter, "/")) {
    interpreter = absl::StrCat(script.directory, "/", interpreter);
  }
  SM_RETURN_IF_ERROR(CheckInterpreter(script, *shebang, interpreter));
  if (executable) return std::vector<std::string>{script.path};
  std::vector<std::string> words = *std::move(shebang);
  words.front() = std::move(interpreter);
  words.push_back(script.path);
  return words;
}

absl::StatusOr<std::vector<std::string>> ByPython(const Script& script,
                                                  const UserProgramRequest& request) {
  SM_RETURN_IF_ERROR(CheckReadable(script));
  SM_ASSIGN_OR_RETURN(std::string python, FindPython(request));
  // Python would take such a name for an option.
  bool looks_like_option = absl::StartsWith(script.name, "-");
  return std::vector<std::string>{std::move(python), looks_like_option ? script.path : script.name};
}

absl::StatusOr<std::vector<std::string>> Starter(const Script& script,
                                                 const UserProgramRequest& request) {
  if (absl::EndsWith(script.path, ".py")) return ByPython(script, request);
  if (IsExecutableFile(script.path)) return ByInterpreter(script, true);
  if (absl::EndsWith(script.path, ".sh")) {
    SM_RETURN_IF_ERROR(CheckReadable(script));
    return ByInterpreter(script, false);
  }
  return absl::InvalidArgumentError(
      absl::StrCat(script.path, " is not executable, and neither a .py nor a .sh script; if it is ",
                   "a program, make it executable: chmod +x ", script.path));
}

}  // namespace

absl::StatusOr<UserProgram> ResolveUserProgram(const UserProgramRequest& request) {
  SM_RETURN_IF_ERROR(Validate(request));
  SM_ASSIGN_OR_RETURN(Script script, Locate(request));
  SM_ASSIGN_OR_RETURN(std::vector<std::string> argv, Starter(script, request));
  std::string program = argv.front();
  argv.insert(argv.end(), request.arguments.begin(), request.arguments.end());
  return UserProgram{std::move(program), std::move(argv), std::move(script.directory)};
}

}  // namespace sm
